"""A night by a process with exceptions, from exports to checks: versions, waivers, conditions, answers, four eyes.

Each connection's deal 0 left Qualify without a conversation (company.py); here alpha's is waived and beta's is not. The
deals are in Develop when the second version comes into force, and enter Propose under it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import yaml
from click.testing import CliRunner, Result

from expectations.process import DEFAULT_PROCESS
from orchestration.cli import main
from orchestration.manifest import last_published
from tests.e2e.company import NOW, make_workspace, write_rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
STEP = "conversation_held"
WAIVERS = f"""deal,step,given_by,given_on,reason,until
alpha:d000,{STEP},bo@example.com,2026-01-12,they wrote letters,
alpha:d999,{STEP},bo@example.com,2026-01-12,no such deal,
alpha:d001,no_such_step,bo@example.com,2026-01-12,no such step,
"""
LARGE = {"key": "large_enough", "name": "Large enough", "mandatory": True, "evidence": {"field": "amount"},
         "applies_to": {"amount": {"at_least": 5000}}}  # fmt: skip
REVIEWED = {"key": "reviewed", "name": "Reviewed", "mandatory": True, "evidence": {"document": "any"}}
SECOND = {"key": "second_voice", "name": "Second voice", "mandatory": False, "not_by": STEP,
          "evidence": {"activity": "email", "direction": "out"}}  # fmt: skip
MET = {"key": "met_after_demo", "name": "Met after the demo", "mandatory": True, "when": {"stage": "develop"},
       "within": "2 days", "evidence": {"activity": "meeting"}}  # fmt: skip
LETTERS = (("d002", "u2"), ("d003", "u1"), ("d004", ""))
"""Who wrote to the buyer of alpha's deals 2 (its owner, who also met them), 3 (somebody else) and 4 (nobody knows)."""


def process() -> str:
    """The default process; from 22 January on with three more steps, two of a stage that all deals are in by then."""
    default = yaml.safe_load(DEFAULT_PROCESS.read_text())
    qualify, develop, propose, close = default.pop("stages")
    rest = {"applies_to": default.pop("applies_to"), "on_loss": default.pop("on_loss"), "responses": [MET]}
    first = {**qualify, "steps": [*qualify["steps"], LARGE]}
    later = {**develop, "steps": [*develop["steps"], REVIEWED]}
    last = {**propose, "steps": [*propose["steps"], SECOND, {**REVIEWED, "key": "reviewed_again"}]}
    versions = [
        {"stages": [first, develop, propose, close], **rest},
        {"in_force_from": date(2026, 1, 22), "stages": [first, later, last, close], **rest},
    ]
    return yaml.safe_dump({**default, "versions": versions}, sort_keys=False)


def add_letters(export: Path) -> None:
    """Outgoing mails on the day before the deals leave Propose."""
    with export.open(newline="", encoding="utf-8") as file:
        rows = [{**row, "direction": ""} for row in csv.DictReader(file)]
    for deal, owner in LETTERS:
        rows.append({**rows[0], "activity_id": f"{deal}-mail", "deal_id": deal, "kind": "email", "direction": "out",
                     "outcome": "", "occurred_at": "2026-02-01T09:00:00Z", "owner_id": owner})  # fmt: skip
    write_rows(export, rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = make_workspace(tmp_path_factory.mktemp("exceptions"), "alpha", "beta", process=process())
    add_letters(folder / "exports" / "alpha" / "activities.csv")
    (folder / "waivers.csv").write_text(WAIVERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLUMBLINE_HOME", str(folder))
        told = run("sync", "--as-of", NOW.isoformat())
        (folder / "told.txt").write_text(f"{told.exit_code}\n{told.output}")
        yield folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "data" / "published" / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_the_night_is_published_and_names_the_waivers_that_lift_nothing(home: Path) -> None:
    code, _, output = (home / "told.txt").read_text().partition("\n")
    assert code == "1", output
    assert "waivers.csv:4: step: there is no step 'no_such_step'" in output
    assert "waivers.csv:3: deal: no connection has a deal 'alpha:d999', so this lifts nothing" in output


def test_what_was_waived_is_not_owed_and_its_neighbour_is(home: Path) -> None:
    sql = f"select deal_key, state, is_due from marts.fct_step_results where step_key = '{STEP}' and state <> 'done'"
    assert sorted(rows(home, sql)) == [("alpha:d000", "waived", False), ("beta:d000", "late", True)]


def test_a_step_is_owed_only_under_its_conditions(home: Path) -> None:
    sql = "select distinct state from marts.fct_step_results where step_key = 'large_enough'"
    assert rows(home, sql) == [("not_applicable",)]


def test_the_version_in_force_on_entering_the_stage_judges_it(home: Path) -> None:
    sql = """select step_key, state, is_due, count(*) from marts.fct_step_results
        where step_key in ('reviewed', 'reviewed_again') group by all order by 1"""
    # the exports tell of no documents, so of the step that is owed nobody knows
    assert rows(home, sql) == [("reviewed", "not_applicable", False, 48), ("reviewed_again", "unknown", False, 48)]


def test_a_step_is_compared_with_one_that_another_version_judges(home: Path) -> None:
    sql = """select deal_key, four_eyes from marts.fct_step_results
        where step_key = 'second_voice' and four_eyes is not null order by 1"""
    assert rows(home, sql) == [("alpha:d002", "violated"), ("alpha:d003", "ok"), ("alpha:d004", "unknown")]


def test_each_event_is_answered_or_not(home: Path) -> None:
    sql = "select state, count(*) from marts.fct_responses where response_key = 'met_after_demo' group by 1"
    assert rows(home, sql) == [("late", 48)]


def test_the_check_of_a_step_tells_count_rate_and_sample(home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home / "data" / "dagster"))
        with dg.DagsterInstance.get() as instance:
            records = instance.get_event_records(
                dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION), limit=200
            )
    found = {
        check.check_name: check
        for record in records
        if (event := record.event_log_entry.dagster_event) and (check := event.asset_check_evaluation_data)
    }
    held = found[STEP]
    assert not held.passed
    assert held.metadata["count"].value == 1
    assert held.metadata["sample"].value == ["beta:d000"]
    assert held.metadata["rate_low"].value == held.metadata["rate_high"].value == pytest.approx(46 / 47)
    assert "rate" not in found["large_enough"].metadata
    assert found["final_amount"].passed
    assert found["final_amount"].metadata["rate_low"].value == 1


def test_a_replay_uses_the_waivers_that_the_night_had(home: Path) -> None:
    published = last_published(home / "data" / "ledger")
    assert published is not None
    assert set(published.config_hashes) == {"plumbline.yml", "connections.yml", "process.yml", "waivers.csv"}
    (home / "waivers.csv").unlink()
    again = run("replay", published.night_id)
    assert again.exit_code == 0, again.output
    assert "Equal to what was published." in again.output
