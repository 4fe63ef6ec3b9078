"""What a real Odoo 19 and 17 answered becomes the walks that were really taken, from the connector to canonical."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.dbt.harness import Warehouse, at
from tests.dbt.odoo_recordings import read_into, recorded_rows, replayed, walks
from tests.shared import shared_folder

NAMES_19 = {3806: "stage_id", 3810: "expected_revenue", 3803: "active"}
NAMES_17 = {3419: "stage_id", 3416: "active", 3464: "lost_reason_id"}
MODELS = "+int_stage_changes +int_mapped_deals +int_activities +int_field_changes"


@pytest.fixture(scope="module")
def odoo_19(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, dict]:
    folder = shared_folder("specs", "odoo", "recorded-odoo19")
    return _built(tmp_path_factory.mktemp("odoo19"), folder, NAMES_19), json.loads((folder / "truth.json").read_text())


@pytest.fixture(scope="module")
def odoo_17(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = shared_folder("specs", "odoo", "recorded-odoo17")
    return _built(tmp_path_factory.mktemp("odoo17"), folder, NAMES_17)


def _built(place: Path, folder: Path, names: dict[int, str]) -> Warehouse:
    home = Warehouse(place, settings={"as_of": at("2026-11-26T06:00:00")})
    home.reference("connections", [{"connection": "acme", "crm": "odoo", "state": "good"}])
    connector = replayed(recorded_rows(folder), names)
    read_into(home, connector)
    connector.close()
    home.run(MODELS)
    return home


def test_the_true_walks_come_out_exactly(odoo_19: tuple[Warehouse, dict]) -> None:
    home, truth = odoo_19
    told = {name: [str(stage) for stage in walk] for name, walk in truth["walk_stage_ids"].items() if "+" not in name}
    ids = {name: str(truth["ids"][name]) for name in told}
    found = walks(home, ids.values())
    for name, walk in told.items():
        # A deleted lead's last step is told by the ids that Odoo no longer lists, not by its history.
        assert found[ids[name]] == [step for step in walk if step != "deleted"], name


def test_the_merged_deal_has_the_survivors_walk_alone(odoo_19: tuple[Warehouse, dict]) -> None:
    home, truth = odoo_19
    survivor = str(truth["ids"]["Eta"])
    assert walks(home, [survivor])[survivor] == ["2", "3"]


def test_moves_of_one_second_keep_their_order_and_their_authors(odoo_19: tuple[Warehouse, dict]) -> None:
    home, truth = odoo_19
    rows = home.query(
        "select entered_at, source, precision from canonical.int_stage_changes where deal_key = ? order by entered_at",
        f"acme:{truth['ids']['Gamma']}",
    )
    assert len({row["entered_at"] for row in rows}) == 5
    assert [row["source"] for row in rows] == ["inferred", *["history"] * 4]
    assert {row["precision"] for row in rows} == {"second"}


def test_lost_and_won_are_told_apart_from_open(odoo_19: tuple[Warehouse, dict]) -> None:
    home, truth = odoo_19
    rows = {row["deal_id"]: row for row in home.query("select * from staging.stg_odoo__deals")}
    delta, alpha = (rows[str(truth["ids"][name])] for name in ("Delta", "Alpha"))
    assert (delta["stage_id"], delta["is_deleted"], delta["closed_at"]) == ("lost", False, at("2026-11-23T07:49:13"))
    assert (alpha["stage_id"], alpha["currency"], alpha["amount"]) == ("4", "USD", 1000)


def test_the_close_date_is_known_from_the_version_on_and_the_amount_from_the_tracking(
    odoo_19: tuple[Warehouse, dict],
) -> None:
    home, truth = odoo_19
    rows = home.query(
        "select field, value, changed_at, source from canonical.int_field_changes where deal_key = ? "
        "and field in ('amount', 'close_date') order by field, changed_at",
        f"acme:{truth['ids']['Gamma']}",
    )
    assert [(r["field"], r["value"], r["source"]) for r in rows] == [
        ("amount", "300.0", "inferred"),
        ("amount", "450.0", "history"),
        ("close_date", "2027-01-31", "inferred"),
    ]


def test_a_done_call_counts_once_and_a_planned_one_lies_ahead(odoo_19: tuple[Warehouse, dict]) -> None:
    home, _ = odoo_19
    rows = home.query("select * from canonical.int_activities order by activity_id")
    assert [(r["activity_id"], r["outcome"], r["precision"]) for r in rows] == [
        ("activity 18", "planned", "day"),
        ("message 3693", "completed", "second"),
    ]


@pytest.mark.slow
def test_the_walks_of_the_older_odoo_come_out_too(odoo_17: Warehouse) -> None:
    found = walks(odoo_17, [])
    # Deal 13 was moved and then lost, 4 was lost where it began; the last move of the others is beyond the recording.
    assert found["13"] == ["1", "2", "lost"]
    assert found["4"] == ["1", "lost"]
    assert found["14"][:2] == ["1", "2"]
