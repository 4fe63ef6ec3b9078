"""The simulated Odoo's stories, read by the connector over several nights with edits in between, become their walks.

The stories decide the truth and share no code with connector or models.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import pytest
from deltalake import DeltaTable

from connectors.lake import Lake
from connectors.odoo.open import open_connector
from connectors.sandbox import Archive, Merge, MoveStage, Organisation, Vanish
from connectors.sandbox.odoo.entry import connection_entry
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.server import start_sandbox
from connectors.sandbox.odoo.words import STAGE
from connectors.sandbox.stock import STAGE_MAP
from connectors.sync import sync_connection
from tests.dbt.harness import Warehouse, at

TOKEN = "canary-key-of-the-simulated-odoo"
ORGANISATION = Organisation(seed=31, deals=300)
UNTOLD = {"no_history", "truncated_history", "flicker"}
"""Plots whose walk this Odoo doesn't show whole, or whose slips visits leave out."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MOVES = ("qualifiedtobuy", "decisionmakerboughtin", "contractsent", "closedwon", "closedlost")


@pytest.fixture(scope="module", params=[17, 19])
def nights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Three syncs, with twenty edits before the second and the third; then the models."""
    chance, place = random.Random(request.param), tmp_path_factory.mktemp(f"odoo{request.param}")
    lake = Lake(place / "lake")
    with start_sandbox({TOKEN: ORGANISATION}, Knobs(version=request.param)) as sandbox:
        outcomes = [_sync(sandbox, lake, 0)]
        for night in (1, 2):
            for _ in range(20):
                _edit(sandbox, chance)
            outcomes.append(_sync(sandbox, lake, night))
        truths = {truth.deal_id: truth for truth in sandbox.portal(TOKEN).truth()}
    home = Warehouse(place / "build", settings={"as_of": at("2027-01-01")})
    home.reference("connections", [{"connection": "acme", "crm": "odoo", "state": "good"}])
    for table in (place / "lake").glob("odoo/*"):
        rows = DeltaTable(str(table)).to_pyarrow_table().to_pylist()
        home.lake(f"odoo__{table.name}", [row for row in rows if row["kind"] == "record"])
    home.run("+int_stage_changes +int_mapped_deals +int_deal_merges +stg_odoo__activities +stg_odoo__rejects")
    return SimpleNamespace(home=home, outcomes=outcomes, truths=truths)


def _sync(sandbox: Any, lake: Lake, night: int) -> Any:
    entry, env = connection_entry(sandbox.url, TOKEN, "SIM")
    settings = SimpleNamespace(name="acme", fields={}, read_fields=[], **entry)
    now = datetime.fromtimestamp(sandbox.portal(TOKEN).last_edit / 1000, UTC) + timedelta(minutes=1 + night)
    connector = open_connector(settings, env, lambda: now)
    try:
        return sync_connection(connector, lake, clock=lambda: now)
    finally:
        connector.close()


def _edit(sandbox: Any, chance: random.Random) -> None:
    # Renewals have stages of their own, so the moves below would lead them out of their pipeline.
    plots = {*UNTOLD, "renewal"}
    live = [t.deal_id for t in sandbox.portal(TOKEN).truth() if t.whereabouts == "live" and t.plot not in plots]
    first, second = chance.sample(live, 2)
    edit = chance.choice(
        [MoveStage(first, chance.choice(MOVES))] * 4 + [Merge(first, second), Archive(first), Vanish(second)]
    )
    sandbox.apply(TOKEN, edit)


def _key(stage: str) -> str:
    told = STAGE.get(int(stage)) if stage != "lost" else None
    return "lost" if told is None else STAGE_MAP[told.pipeline].get(told.story_id, "unmapped")


def test_every_night_agrees_with_the_crms_own_counts(nights: Any) -> None:
    for outcome in nights.outcomes:
        assert (outcome.state, outcome.error) == ("good", None)
        assert [s.stream for s in outcome.streams if s.theirs is not None and s.ours != s.theirs] == []
        assert not outcome.streams[0].history_differs


def test_the_live_deals_are_those_of_the_truth_with_stage_amount_and_owner(nights: Any) -> None:
    rows = {row["deal_id"]: row for row in nights.home.query("select * from staging.stg_odoo__deals")}
    live = {n: t for n, t in nights.truths.items() if t.whereabouts == "live"}
    assert {deal for deal, row in rows.items() if not row["is_deleted"]} == set(live)
    wrong = [
        (deal, truth.plot, rows[deal]["stage_id"], truth.stage_key)
        for deal, truth in live.items()
        if _key(rows[deal]["stage_id"]) != truth.stage_key or (rows[deal]["amount"] or 0) != (truth.amount or 0)
    ]
    assert wrong == []


def test_every_walk_is_the_storys(nights: Any) -> None:
    walks = defaultdict(list)
    rows = nights.home.query("select * from staging.stg_odoo__stage_changes order by deal_id, entered_at, change_id")
    for row in rows:
        walks[row["deal_id"]].append((_key(row["stage_id"]), row["entered_at"].replace(microsecond=0)))
    compared, wrong = 0, []
    for deal, truth in nights.truths.items():
        if truth.whereabouts != "live" or truth.plot in UNTOLD or not truth.visits_certain:
            continue
        found = [next(group) for _, group in groupby(walks[deal], key=lambda step: step[0])]
        told = [(v.stage_key, v.entered_at.replace(tzinfo=None, microsecond=0)) for v in truth.visits]
        compared += 1
        if found != told:
            wrong.append((deal, truth.plot, found, told))
    assert wrong == []
    assert compared > 150


def test_merged_deals_are_told_apart_from_deleted_ones(nights: Any) -> None:
    merges = {row["deal_id"]: row["merged_into"] for row in nights.home.query("select * from staging.stg_odoo__merges")}
    live = {deal for deal, truth in nights.truths.items() if truth.whereabouts == "live"}
    known = set(nights.home.values("select deal_id from staging.stg_odoo__deals"))
    told = {d: t.merged_into for d, t in nights.truths.items() if t.merged_into and d in known}
    assert {d: into for d, into in merges.items() if into in live} == {d: i for d, i in told.items() if i in live}


def test_nothing_is_refused(nights: Any) -> None:
    assert nights.home.query("select * from staging.stg_odoo__rejects") == []
