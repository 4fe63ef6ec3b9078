"""Whatever is merged between nights: a stage entry that we call history is one that the deal itself went through.

The truth is written down here by hand, move by move, beside the simulated HubSpot and without looking at it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.hubspot.catalogue import catalogue
from connectors.hubspot.open import open_connector
from connectors.hubspot.options import HubSpotOptions
from connectors.lake import Lake
from connectors.sandbox import (
    DEFAULT_NOW,
    Archive,
    Create,
    Merge,
    MoveStage,
    Organisation,
    Reown,
    Restore,
    Sandbox,
    SetField,
    start_sandbox,
)
from connectors.sync import sync_connection
from tests.connectors.http_fakes import Hands
from tests.connectors.hubspot.fake_hubspot import TOKEN, settings
from tests.dbt.harness import Warehouse, at

STAGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin", "contractsent")

STREAMS = catalogue(HubSpotOptions()).streams[:2]


@dataclass
class Team:
    """People at work in a portal; `walks` is each deal's own past, `gone` what became of deals that are no more."""

    sandbox: Sandbox[Any]
    chance: random.Random
    walks: dict[str, list[str]] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)

    def day(self) -> None:
        """Duplicates are merged in the morning; then the usual things happen, hasty merges among them."""
        for _ in range(3):
            self.act(["merge"])
        for _ in range(self.chance.choice([3, 12, 40])):
            self.act(["create"] * 3 + ["move"] * 6 + ["amount", "reown", "archive", "restore", "merge"])

    def act(self, choices: list[str]) -> None:
        live = [deal for deal in self.walks if deal not in self.archived and deal not in self.gone]
        what = self.chance.choice(choices)
        if what == "create" or len(live) < 3:
            stage = self.chance.choice(STAGES[:2])
            deal = self.sandbox.apply(TOKEN, Create(stage, owner=self.chance.randrange(4)))
            self.walks[deal] = [stage]
            return
        deal = self.chance.choice(live)
        if what == "move":
            stage = self.chance.choice([s for s in STAGES if s != self.walks[deal][-1]])
            self.sandbox.apply(TOKEN, MoveStage(deal, stage))
            self.walks[deal].append(stage)
        elif what == "merge":
            other = self.chance.choice([one for one in live if one != deal])
            new = self.sandbox.apply(TOKEN, Merge(deal, other))
            self.walks[new] = list(self.walks[deal])
            self.gone[deal] = self.gone[other] = new
        elif what == "amount":
            self.sandbox.apply(TOKEN, SetField(deal, "amount", str(self.chance.randrange(1, 100) * 100)))
        elif what == "reown":
            self.sandbox.apply(TOKEN, Reown(deal, self.chance.randrange(4)))
        elif what == "archive" and len(live) > 4:
            self.sandbox.apply(TOKEN, Archive(deal))
            self.archived.add(deal)
        elif self.archived:
            back = self.chance.choice(sorted(self.archived))
            self.sandbox.apply(TOKEN, Restore(back))
            self.archived.discard(back)


@contextmanager
def portal() -> Iterator[tuple[Sandbox[Any], Any]]:
    hands = Hands()
    with start_sandbox({TOKEN: Organisation(seed=3, deals=1)}, clock=lambda: hands.now) as sandbox:
        yield (
            sandbox,
            lambda: open_connector(
                settings(base_url=sandbox.url), {"EMEA_TOKEN": TOKEN}, lambda: DEFAULT_NOW, timing=hands.timing()
            ),
        )


def night(connect: Any, lake: Lake, number: int) -> None:
    connector = connect()
    connector.streams = lambda: STREAMS  # the evidence costs time and is none of this test's
    outcome = sync_connection(connector, lake, clock=lambda: DEFAULT_NOW + number * timedelta(hours=3))
    connector.close()
    assert outcome.state == "good", outcome.error


def staged(lake: Lake, home: Warehouse, connection: str) -> None:
    """What the lake holds of one connection, as the night shows it to dbt, under a name of its own."""
    for table in ("deals", "pipelines"):
        files = [file.path for file in lake.files(f"hubspot/{table}", "emea")]
        with duckdb.connect() as db:
            found = db.execute(
                "select kind, id, modified_at, is_deleted, extracted_at, seq, payload from read_parquet(?)", [files]
            )
            names = [column[0] for column in found.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        home.lake(f"hubspot__{table}", [{**row, "connection": connection} for row in rows])


@pytest.fixture
def home(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "home")


def lived(tmp_path: Path, home: Warehouse, seeds: range) -> dict[str, Team]:
    """Teams that worked through four nights each; what the lake holds afterwards is staged in `home`."""
    teams: dict[str, Team] = {}
    for seed in seeds:
        with portal() as (sandbox, connect):
            team = teams[f"seed{seed}"] = Team(sandbox, random.Random(seed))
            lake = Lake(tmp_path / f"lake{seed}")
            first = str(next(iter(sandbox.portal(TOKEN).truth())).deal_id)
            sandbox.apply(TOKEN, Archive(first))
            for _ in range(40):
                team.act(["create", "move"])
            night(connect, lake, 0)
            for number in range(1, 4):
                team.day()
                night(connect, lake, number)
            staged(lake, home, f"seed{seed}")
    home.reference(
        "connections",
        [{"connection": name, "crm": "hubspot", "state": "good", "judged_at": at("2030-01-01")} for name in teams],
    )
    home.run("path:models/staging path:models/canonical")
    return teams


def compare(home: Warehouse, name: str, team: Team) -> tuple[int, int]:
    """Assert that nothing differs from what the team did; returns merged deals, and those whose past is known."""
    deals = {d["deal_id"]: d for d in home.query("select * from canonical.int_deals where connection = ?", name)}
    walks: dict[str, list[dict[str, Any]]] = {deal: [] for deal in deals}
    order = "select * from canonical.int_stage_changes where connection = ? order by entered_at, change_id"
    for change in home.query(order, name):
        walks[change["deal_key"].split(":")[1]].append(change)
    live = {deal for deal, told in deals.items() if not told["is_deleted"] and told["merged_into"] is None}
    assert live == {deal for deal in team.walks if deal not in team.archived and deal not in team.gone}
    for deal in live:
        since, walk = deals[deal]["unclear_until"], team.walks[deal]
        certain = [change for change in walks[deal] if change["source"] == "history"]
        stages = [change["stage_id"] for change in certain]
        assert stages == (walk if since is None else walk[len(walk) - len(certain) :]), (name, deal)
        assert since is None or all(change["entered_at"] > since for change in certain), (name, deal)
    for parent in deals.keys() & team.gone.keys():
        # a survivor that was merged away itself before any night saw it leaves its parents deleted
        assert deals[parent]["merged_into"] or deals[parent]["is_deleted"], (name, parent)
    survivors = live & set(team.gone.values())
    return len(survivors), sum(deals[deal]["unclear_until"] is None for deal in survivors)


MANY = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(1, 21), marks=MANY)], ids=["one team", "twenty"])
def test_a_walk_is_never_mixed_and_mostly_known(seeds: range, tmp_path: Path, home: Warehouse) -> None:
    counted = [compare(home, name, team) for name, team in lived(tmp_path, home, seeds).items()]
    survivors, known = sum(count for count, _ in counted), sum(count for _, count in counted)
    assert survivors > 3 * len(counted)
    assert known / survivors > 0.3, f"{known} of {survivors}"
