"""A sync that is killed anywhere and run again ends where an undisturbed one does."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.lake import Lake
from connectors.sync import Limits, sync_connection
from tests.connectors.fake_crm import FakeClock, FakeCrm, Item, Killed, deals, plain_rows, plain_state, truth

# Without counts no reconciliation can mend what a kill would have lost.
UNCOUNTED = {"deals": None, "notes": None}


class MortalLake(Lake):
    """Dies at its n-th append, before or after the transaction."""

    def __init__(self, root: Path, at: int, *, committed: bool) -> None:
        super().__init__(root)
        self.at, self.committed = at, committed

    def append(self, table, rows):
        self.at -= 1
        if self.at == 0 and not self.committed:
            raise Killed
        super().append(table, rows)
        if self.at == 0:
            raise Killed


def no_cursor_runs_ahead(lake, crm):
    """Every record up to a cursor's place was in the lake before that cursor, within the pass that begins at {}."""
    held = set()
    for row in plain_rows(lake, "fake/deals"):
        if row["kind"] == "record":
            held.add(row["id"])
        else:
            after = json.loads(row["payload"])["position"]["after"]
            assert {i for i in crm.objects["deals"] if i <= after} <= held


kills = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 9), st.booleans()),
        st.tuples(st.just("page"), st.integers(0, 6), st.sampled_from(["deals", "notes"])),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("at", range(1, 9))
def test_a_kill_at_each_append_loses_nothing(tmp_path, at, committed):
    root, clock, limits = tmp_path / "lake", FakeClock(), Limits(batch_rows=15)
    notes = {f"n{n}": Item({"n": n}) for n in range(25)}
    crm = FakeCrm({"deals": deals(60), "notes": notes}, counts=UNCOUNTED)
    died = False
    try:
        sync_connection(crm, MortalLake(root, at, committed=committed), clock=clock, limits=limits)
    except Killed:
        died = True
    assert died == (at <= 6)  # deals in batches of 20, 20, 20; notes in 20 and 5; then the outcome
    lake = Lake(root)
    no_cursor_runs_ahead(lake, crm)
    assert sync_connection(crm, lake, clock=clock, limits=limits).state == "good"
    for stream in crm.objects:
        assert plain_state(lake, f"fake/{stream}") == truth(crm, stream)


@pytest.mark.slow
@given(kills=kills, count=st.sampled_from([0, 9, 35, 60]), batch=st.sampled_from([1, 15, 40]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_kills_anywhere_lose_nothing_and_repeat_little(kills, count, batch):
    with tempfile.TemporaryDirectory() as folder:
        root, clock = Path(folder) / "lake", FakeClock()
        notes = {f"n{n}": Item({"n": n}) for n in range(25)}
        crm = FakeCrm({"deals": deals(count), "notes": notes}, counts=UNCOUNTED)
        limits = Limits(batch_rows=batch)
        for kill in kills:
            before = len(crm.asked)
            lake = Lake(root)
            cursor_before = lake.cursors("fake", "acme").get("deals")
            if kill[0] == "append":
                lake = MortalLake(root, kill[1], committed=kill[2])
            else:
                _, page, stream = kill

                def die(name, number, page=page, stream=stream):
                    if (name, number) == (stream, page):
                        raise Killed

                crm.fail = die
            with contextlib.suppress(Killed):
                sync_connection(crm, lake, clock=clock, limits=limits)
            crm.fail = None
            no_cursor_runs_ahead(lake, crm)
            if cursor_before and not cursor_before.done and cursor_before.position:
                assert crm.asked[before][1] == cursor_before.position
        lake = Lake(root)
        outcome = sync_connection(crm, lake, clock=clock, limits=limits)
        assert outcome.state == "good", outcome.error
        for stream in crm.objects:
            assert plain_state(lake, f"fake/{stream}", upto=outcome.watermark) == truth(crm, stream)
        seqs = [r["seq"] for table in lake.table_names() for r in plain_rows(lake, table)]
        assert len(seqs) == len(set(seqs))


changes = st.lists(st.tuples(st.sampled_from(["new", "edit", "delete"]), st.integers(0, 79)), min_size=1, max_size=12)


@pytest.mark.slow
@given(nights=st.lists(changes, min_size=1, max_size=4), seed_deals=st.integers(25, 60))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_changes_a_night_holds_what_the_crm_holds(nights, seed_deals):
    with tempfile.TemporaryDirectory() as folder:
        lake, clock = Lake(Path(folder) / "lake"), FakeClock()
        crm = FakeCrm({"deals": deals(seed_deals)})
        sync_connection(crm, lake, clock=clock)
        history = []
        for night in nights:
            clock.forward(days=1)
            for act, number in night:
                key = f"d{number:06d}"
                if act == "delete" and len(crm.objects["deals"]) > 30:
                    crm.objects["deals"].pop(key, None)
                elif act == "new" or key in crm.objects["deals"]:
                    crm.objects["deals"][key] = Item({"at": str(clock.now), "n": number}, clock())
            outcome = sync_connection(crm, lake, clock=clock)
            assert outcome.state == "good", outcome.error
            history.append((outcome.watermark, truth(crm, "deals")))
        for watermark, then in history:  # replay: later syncs change no earlier night
            assert plain_state(lake, "fake/deals", upto=watermark) == then
