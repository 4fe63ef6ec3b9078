"""The lake: one transaction per append, latest versions, cursors, seqs, files, compaction, errors."""

from __future__ import annotations

import errno
import json
import random
from datetime import timedelta

import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import lake_table
from connectors.contract import Cursor
from connectors.lake import Lake, LakeError, LakeFull
from connectors.outcome import cursor_from_json, cursor_to_json
from connectors.sync import Limits, sync_connection
from tests.connectors.fake_crm import START, FakeClock, FakeCrm, deals, plain_rows, plain_state, row

TABLE = "fake/deals"


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


def test_rows_come_back_as_they_went_in(lake):
    payload = json.dumps({"name": "Zürich ☃ \u0000-free", "n": 1.10})
    lake.append(TABLE, [row(1, "ü", payload=payload, modified_at=None), row(2, connection="other")])
    (read,) = plain_rows(lake, TABLE)
    assert (read["id"], read["payload"], read["modified_at"], read["seq"]) == ("ü", payload, None, 1)
    assert list(lake.payloads(TABLE, "acme")) == [("ü", payload)]
    assert lake.table_names() == [TABLE]


def test_an_append_is_one_version(lake):
    lake.append(TABLE, [row(n, str(n)) for n in range(1, 100)])
    before = DeltaTable(lake.root / TABLE).version()
    lake.append(TABLE, [row(100), row(101, kind="cursor", id="deals")])
    assert DeltaTable(lake.root / TABLE).version() == before + 1
    lake.append(TABLE, [])
    assert DeltaTable(lake.root / TABLE).version() == before + 1


version = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.one_of(st.none(), st.integers(-2, 2)),
    st.integers(0, 2),
    st.booleans(),
)


@given(versions=st.lists(version, min_size=1, max_size=12))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_latest_version_is_the_same_by_plain_python(tmp_path_factory, versions):
    lake = Lake(tmp_path_factory.mktemp("lake"))
    rows = [
        row(
            seq,
            key,
            modified_at=None if modified is None else START + timedelta(hours=modified),
            extracted_at=START + timedelta(hours=extracted),
            is_deleted=deleted,
            payload=json.dumps({"seq": seq}),
        )
        for seq, (key, modified, extracted, deleted) in enumerate(versions, 1)
    ]
    lake.append(TABLE, rows)
    truth = plain_state(lake, TABLE)
    assert {i: json.loads(p) for i, p in lake.payloads(TABLE, "acme")} == truth
    assert lake.known_ids(TABLE, "acme") == set(truth)
    assert lake.live_count(TABLE, "acme") == len(truth)
    assert lake.known_ids(TABLE, "acme", not_deleted=False) == {key for key, *_ in versions}


def test_ids_are_compared_part_by_part_and_each_once(lake):
    lake.append(TABLE, [row(n, str(n)) for n in range(1, 6)])
    lake.append(TABLE, [row(6, "2", is_deleted=True, extracted_at=START + timedelta(days=1))])
    found = lake.id_differences(TABLE, "acme", [["1", "3", "7"], [], ["3", "1", "2", "7"]])
    assert (found.ours, found.listed) == (4, 4)
    assert set(found.gone.to_pylist()) == {"4", "5"}
    assert sorted(found.missing.to_pylist()) == ["2", "7"]
    nothing = lake.id_differences("fake/none", "acme", [["1"]])
    assert (nothing.ours, nothing.missing.to_pylist()) == (0, ["1"])


def test_payloads_of_some_ids_only(lake):
    lake.append(TABLE, [row(n, str(n), payload=f'"{n}"') for n in range(1, 6)])
    assert sorted(lake.payloads(TABLE, "acme", ["2", "4", "9"])) == [("2", '"2"'), ("4", '"4"')]
    assert list(lake.payloads(TABLE, "nobody")) == []
    assert list(lake.payloads("fake/nothing", "acme")) == []


def test_cursors_are_the_last_of_each_stream_over_all_tables(lake):
    def cursor(seq, stream, n):
        return row(
            seq, stream, kind="cursor", payload=cursor_to_json(Cursor(stream, "p", START, {"n": n}, synced_to=START))
        )

    lake.append(TABLE, [row(1), cursor(2, "deals", 1)])
    lake.append("fake/links", [cursor(3, "calls", 1), cursor(4, "emails", 7)])
    lake.append("fake/links", [cursor(5, "calls", 2)])
    lake.append("other/deals", [cursor(6, "deals", 99)])
    assert {s: c.position["n"] for s, c in lake.cursors("fake", "acme").items()} == {
        "deals": 1,
        "calls": 2,
        "emails": 7,
    }
    assert lake.cursors("fake", "acme")["calls"] == Cursor("calls", "p", START, {"n": 2}, synced_to=START)
    assert lake.cursors("fake", "nobody") == {}


def test_a_cursor_survives_json():
    cursor = Cursor("deals", "p", START, {"after": "x", "window": [1, 2]}, "abc", done=True, synced_to=None)
    assert cursor_from_json(cursor_to_json(cursor)) == cursor


def test_the_last_seq_needs_no_file_to_be_read(lake, monkeypatch):
    lake.append(TABLE, [row(1), row(2)])
    lake.append("fake/calls", [row(7)])
    lake.append("plumbline/syncs", [row(8)])
    lake.append(TABLE, [row(50, connection="other")])
    read = []
    monkeypatch.setattr(lake.reader, "highest_seq", lambda files: read.extend(files) or 0)
    assert lake.last_seq("fake", "acme") == 8
    assert lake.last_seq("fake", "nobody") == 0
    assert read == []


def test_the_last_seq_is_found_without_statistics_too(lake):
    DeltaTable.create(
        lake.root / TABLE,
        schema=lake_table.ENVELOPE,
        partition_by=["connection"],
        configuration={"delta.dataSkippingNumIndexedCols": "0"},
    )
    lake.append(TABLE, [row(1), row(9)])
    assert lake.table(TABLE).files()[0].max_seq is None
    assert lake.last_seq("fake", "acme") == 9


def test_live_files_are_absolute_and_by_connection(lake):
    lake.append(TABLE, [row(1), row(1, connection="other")])
    lake.append("fake/calls", [row(2)])
    files = lake.live_files()
    assert set(files) == {TABLE, "fake/calls"}
    assert set(files[TABLE]) == {"acme", "other"}
    (path,) = files[TABLE]["acme"]
    assert path.startswith(str(lake.root.resolve()) + "/fake/deals/connection=acme/")


def test_compaction_keeps_every_row_and_leaves_one_file(lake):
    clock = FakeClock()
    crm = FakeCrm({"deals": deals(100)})
    outcome = sync_connection(crm, lake, clock=clock, limits=Limits(batch_rows=10))
    rows, cursors, last = plain_rows(lake, TABLE), lake.cursors("fake", "acme"), lake.last_seq("fake", "acme")
    assert len(lake.live_files()[TABLE]["acme"]) > 5
    assert lake.compact(keep_hours=0)[TABLE] > 5
    assert plain_rows(lake, TABLE) == rows
    assert lake.cursors("fake", "acme") == cursors
    assert lake.last_seq("fake", "acme") == last
    (path,) = lake.live_files()[TABLE]["acme"]
    assert [str(p) for p in sorted((lake.root / TABLE).rglob("*.parquet")) if "_delta_log" not in str(p)] == [path]
    assert sync_connection(crm, lake, clock=clock).state == "good"
    assert plain_state(lake, TABLE, upto=outcome.watermark) == plain_state(lake, TABLE)


def test_vacuum_spares_young_files_and_takes_what_a_killed_append_left(lake):
    lake.append(TABLE, [row(1)])
    lake.append(TABLE, [row(2)])
    orphan = lake.root / TABLE / "connection=acme" / "part-orphan.parquet"
    orphan.write_bytes(b"half a file")
    lake.compact(keep_hours=24)
    assert len(list((lake.root / TABLE / "connection=acme").iterdir())) == 4
    lake.compact(keep_hours=0)
    assert not orphan.exists()
    assert len(plain_rows(lake, TABLE)) == 2


def test_people_never_enter_the_log(lake):
    lake.append(TABLE, [row(1, "person-77", payload='{"email": "ann@example.com"}')])
    log = b"".join(p.read_bytes() for p in (lake.root / TABLE / "_delta_log").iterdir())
    assert b"person-77" not in log
    assert b"ann@" not in log
    assert b'\\"seq\\":1' in log


@pytest.mark.parametrize("name", ["deals", "Fake/deals", "fake/deals/x", "../deals", "fake/de-als"])
def test_a_wrong_table_name_is_refused(lake, name):
    with pytest.raises(LakeError, match="no lake table"):
        lake.append(name, [row(1)])


def test_a_wrong_connection_name_is_refused(lake):
    with pytest.raises(LakeError, match="'Acme Corp' is no connection name"):
        lake.append(TABLE, [row(1, connection="Acme Corp")])


def test_a_full_disk_has_a_name_and_the_next_sync_goes_on(lake, monkeypatch):
    crm, clock = FakeCrm({"deals": deals(60)}), FakeClock()
    real, calls = lake_table.write_deltalake, iter(range(100))

    def write(*args, **kwargs):
        if next(calls) >= 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(*args, **kwargs)

    monkeypatch.setattr(lake_table, "write_deltalake", write)
    outcome = sync_connection(crm, lake, clock=clock, limits=Limits(batch_rows=20))
    assert (outcome.state, outcome.watermark) == ("stale", None)
    assert "The disk is full: could not append 21 rows to the lake table fake/deals" in outcome.error
    assert "goes on from its last cursor" in outcome.error
    assert len(plain_state(lake, TABLE)) == 40
    with pytest.raises(LakeFull):
        lake.append(TABLE, [row(999)])
    monkeypatch.undo()
    crm.asked.clear()
    assert sync_connection(crm, lake, clock=clock).state == "good"
    assert crm.asked[0][1] == {"after": "d000039"}


def test_a_damaged_table_is_told_and_not_raised(lake):
    crm = FakeCrm({"deals": deals(5)})
    sync_connection(crm, lake)
    for log in (lake.root / TABLE / "_delta_log").glob("*.json"):
        log.write_text("no json")
    outcome = sync_connection(crm, Lake(lake.root))
    assert outcome.state == "stale"
    assert "fake/deals" in outcome.error


def test_many_writers_of_one_table_lose_nothing(lake):
    from concurrent.futures import ThreadPoolExecutor

    lakes = [lake, Lake(lake.root)]  # two instances share the folder's lock

    def write(number):
        for seq in range(1, 11):
            random.choice(lakes).append(TABLE, [row(seq, str(seq), connection=f"c{number}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    for number in range(8):
        assert [r["seq"] for r in plain_rows(lake, TABLE, f"c{number}")] == list(range(1, 11))
