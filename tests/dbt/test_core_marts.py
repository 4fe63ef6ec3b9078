"""The core marts pass their own unit and data tests, and arrive in the published file with types and descriptions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.dbt import compiled, unit_tests
from tests.dbt.harness import DbtFailed, Warehouse, calendar, compiled_models, record

CORE = "path:models/staging path:models/canonical path:models/marts/core"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    home = Warehouse(tmp_path_factory.mktemp("empty"))
    home.run(CORE)
    return home


def test_unit_tests_hold(empty: Warehouse) -> None:
    units = unit_tests.declared("canonical", "marts/core")
    with unit_tests.opened(empty) as db:
        assert [told for test in units.values() if (told := unit_tests.difference(db, test))] == []
    assert units


@pytest.mark.slow
def test_dbt_finds_all_tests_kept_and_takes_the_descriptions_along(tmp_path: Path, empty: Warehouse) -> None:
    home = Warehouse(tmp_path)
    home.reference("calendar", calendar(days=10))
    home.dbt("run", CORE)
    home.dbt("test", "path:models/canonical path:models/marts/core")
    marts = home.query(
        "select table_name, comment from duckdb_tables() where database_name = 'warehouse' and schema_name = 'marts'"
    )
    assert {row["table_name"] for row in marts} >= {
        "dim_deals", "dim_owners", "dim_teams", "dim_stages", "dim_steps", "dim_dates", "dim_connections",
        "fct_sync_runs", "fct_deal_changes",
    }  # fmt: skip
    assert all(row["comment"].startswith("One row per ") for row in marts)
    bare = "select column_name from duckdb_columns() where database_name = 'warehouse' and comment is null"
    assert home.values(bare) == []
    # The other tests build by the compiled SQL alone; it gives the same tables.
    columns = "select * from information_schema.columns where table_schema not in ('lake', 'reference') order by all"
    by_dbt = [{**row, "COLUMN_COMMENT": None} for row in home.query(columns)]
    assert [{**row, "COLUMN_COMMENT": None} for row in empty.query(columns)] == by_dbt


def test_nothing_of_staging_is_in_the_published_file(empty: Warehouse) -> None:
    schemas = "select distinct schema_name from duckdb_tables() where database_name = 'warehouse'"
    assert empty.values(schemas) == ["marts"]


def test_a_selection_is_what_dbt_understands_by_it(tmp_path: Path) -> None:
    words = "+int_withdrawn_activities,path:models/canonical +path:models/marts/forecast,int_forecast_* dim_deals"
    listing = Warehouse(tmp_path).dbt("list --resource-type model --output json --output-keys unique_id", words)
    ids = {json.loads(line)["unique_id"] for line in listing}
    assert compiled.selected(compiled_models(), words) == ids
    assert len(ids) > 20


def test_a_table_that_breaks_its_grain_fails_its_test(tmp_path: Path) -> None:
    home = Warehouse(tmp_path)
    home.reference(
        "stage_map", [{"connection": "a", "pipeline_id": "p", "stage_id": "s", "stage_key": k} for k in "xy"]
    )
    home.lake("files__deals", [record("1", {"deal_id": "1", "pipeline_id": "p", "stage_id": "s"}, connection="a")])
    home.run("path:models/staging path:models/canonical")
    with pytest.raises(DbtFailed, match="unique_int_deals_deal_key"):
        home.dbt("test", "int_deals")
