"""`plumbline demo` from beginning to end: simulated CRMs over HTTP, a whole night, and every verdict as staged."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.demo import DOWN, Difference, differences, found, running, staged_by

DEALS = 150


@pytest.mark.slow
def test_demo_succeeds_only_when_every_verdict_is_as_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "demo"
    told = CliRunner().invoke(main, ["demo", "--dir", str(folder), "--deals", str(DEALS), "--seed", "11"])
    assert told.exit_code == 0, told.output
    for words in (
        "of 5 accounts are synced",
        "2 Salesforce, HubSpot, Pipedrive, Odoo",
        f"{DOWN} is down:",
        "not recorded in time",
        "largest open deals",
        "warehouse.duckdb",
        "Next:",
    ):
        assert words in told.output
    assert "verdicts are as the stories have it" in told.output
    assert "tonight it is down, on purpose" in told.output
    monkeypatch.setenv("PLUMBLINE_HOME", str(folder))
    asked = CliRunner().invoke(main, ["query", "--json", "select count(*) as n from marts.dim_connections"])
    assert json.loads(asked.output) == [{"n": 5}]

    warehouse = folder / "data" / "published" / "warehouse.duckdb"
    company, another = found(DEALS, 11), found(DEALS, 12)
    with running(company) as crms:
        compared, wrong = differences(warehouse, staged_by(company, crms))
    assert compared > 5 * DEALS
    assert wrong == []
    with running(another) as crms:
        _, of_another_company = differences(warehouse, staged_by(another, crms))
    assert of_another_company, "the comparison can fail"
    assert all(isinstance(difference, Difference) for difference in of_another_company)

    again = CliRunner().invoke(main, ["demo", "--dir", str(tmp_path), "--deals", "20"])
    assert again.exit_code == 2
    assert "is not empty and not a demo" in again.output
