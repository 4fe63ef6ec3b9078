"""The models' own unit tests (beside them, in YAML) and the keys of what they build.

dbt runs them; they need the tables to exist, so an empty world is built first.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.dbt.compliance_tables import World
from tests.dbt.harness import PROJECT

UNIT_FILES = [
    path
    for folder in ("compliance", "forecast", "marts/compliance", "marts/forecast")
    for path in sorted((PROJECT / "models" / folder).rglob("*unit_tests.yml"))
]
# some four hundred of them in one run of dbt, longer than other tests where the machine has other work
pytestmark = pytest.mark.timeout(900)
PATHS = "path:models/compliance path:models/forecast path:models/marts/compliance path:models/marts/forecast"


def test_every_rule_holds_in_its_unit_test(tmp_path: Path) -> None:
    """Of an empty world everything can be built, and each rule's YAML test passes."""
    warehouse = World(tmp_path).build(PATHS)
    results = warehouse.dbt("test", PATHS).results
    units = {result.node.name for result in results if result.node.resource_type == "unit_test"}
    declared = sum(len(yaml.safe_load(path.read_text())["unit_tests"]) for path in UNIT_FILES)
    assert len(units) == declared > 20
    assert warehouse.values("select count(*) from warehouse.marts.fct_step_results") == [0]
