"""The models' own unit tests (beside them, in YAML) and the keys of what they build.

They need the tables to exist, so an empty world is built first. dbt runs all of them and the data tests in the slow
suites; else they run on the compiled SQL, which takes a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.dbt import unit_tests
from tests.dbt.compliance_tables import World
from tests.dbt.harness import PROJECT, DbtFailed, Warehouse, project_manifest

FOLDERS = ("compliance", "forecast", "marts/compliance", "marts/forecast")
UNIT_FILES = [path for folder in FOLDERS for path in sorted((PROJECT / "models" / folder).rglob("*unit_tests.yml"))]
PATHS = " ".join(f"path:models/{folder}" for folder in FOLDERS)
UNITS = unit_tests.declared(*FOLDERS)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return World(tmp_path_factory.mktemp("units")).build(PATHS)


@pytest.fixture(scope="module")
def opened(empty: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with unit_tests.opened(empty) as db:
        yield db


def test_of_an_empty_world_everything_can_be_built(empty: Warehouse) -> None:
    assert empty.values("select count(*) from warehouse.marts.fct_step_results") == [0]


@pytest.mark.parametrize("unit", UNITS)
def test_a_rule_holds_in_its_unit_test(unit: str, opened: duckdb.DuckDBPyConnection) -> None:
    assert unit_tests.difference(opened, UNITS[unit]) is None


@pytest.mark.slow
@pytest.mark.timeout(900)  # some four hundred tests in one run of dbt, long where the machine has other work
def test_dbt_finds_every_rule_and_every_key_kept(tmp_path: Path) -> None:
    results = World(tmp_path).build(PATHS).dbt("test", PATHS).results
    units = {result.node.name for result in results if result.node.resource_type == "unit_test"}
    declared = sum(len(yaml.safe_load(path.read_text())["unit_tests"]) for path in UNIT_FILES)
    assert len(units) == declared >= len(UNITS) > 200


@pytest.mark.slow
def test_dbt_notices_a_broken_rule_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = project_manifest().nodes["model.plumbline.int_moves"]
    right, wrong = "when is_to_sink then 'conflicting_outcome'", "when true then 'conflicting_outcome'"
    monkeypatch.setattr(node, "raw_code", node.raw_code.replace(right, wrong))
    empty = World(tmp_path).build()
    with unit_tests.opened(empty) as db:
        ours = [unit_tests.difference(db, test, (right, wrong)) for test in UNITS.values() if test.model == "int_moves"]
    with pytest.raises(DbtFailed, match="differs from") as failed:
        empty.dbt("test", "int_moves,test_type:unit")
    assert sum(told is not None for told in ours) == str(failed.value).count("differs from")
