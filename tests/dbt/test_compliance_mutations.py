"""Breaking a rule on purpose turns its unit test red: proof that the tests would notice.

The cases are rows of compliance_mutations.yml; each changes one predicate in the compiled SQL of one model, in memory
only. That the unit tests pass unbroken, and that dbt sees a broken rule as well, is asked in test_compliance_units.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.dbt import unit_tests
from tests.dbt.compliance_tables import World
from tests.dbt.harness import PROJECT

FILE = Path(__file__).with_name("compliance_mutations.yml")
MUTATIONS: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))

UNITS = unit_tests.declared("compliance", "marts/compliance")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with unit_tests.opened(World(tmp_path_factory.mktemp("mutations")).build()) as db:
        yield db


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_broken_rule_is_noticed(what: str, opened: duckdb.DuckDBPyConnection) -> None:
    model, right, wrong = (MUTATIONS[what][name] for name in ("model", "says", "broken"))
    node = unit_tests.model_of(model)
    file = (PROJECT / node["path"]).read_text("utf-8")
    assert right in node["sql"], f"{model} no longer says {right!r}"
    assert 1 in {node["sql"].count(right), file.count(right)}, f"{model} says {right!r} in several places"
    tests = [test for test in UNITS.values() if test.model == model]
    assert any(unit_tests.difference(opened, test, (right, wrong)) for test in tests), f"{len(tests)} tests saw nothing"
