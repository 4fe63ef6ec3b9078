"""Whole nights over a small company, one after another in one workspace, as its operator would see them.

The tests of this module share the workspace and run in order, because nights do. All expected verdicts are known by
hand (company.py): in each connection deal 0 was talked to too late and the other 23 did everything.
"""

import json
import shutil
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from expectations import audit
from expectations.rules import CheckResult
from orchestration.cli import main
from orchestration.manifest import last_published, load_manifest, load_record, night_ids
from tests.e2e.company import DEALS, NOW, export, make_workspace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
NAMES = ("alpha", "beta", "gamma")
TEAMS = """email,team,manager,region,valid_from,valid_to
REP0@example.com,Alps,rep1@example.com,EMEA,2026-01-01,
rep1@example.com,Alps,,EMEA,,2026-03-31
rep1@example.com,Coast,,EMEA,2026-04-01,
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    folder = make_workspace(tmp_path_factory.mktemp("company"), *NAMES)
    (folder / "teams.csv").write_text(TEAMS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLUMBLINE_HOME", str(folder))
        yield folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def sync(day: int, *more: str) -> Result:
    return run("sync", "--as-of", (NOW + timedelta(days=day)).isoformat(), *more)


def rows(home: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(home / "data" / "published" / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def unchanged(home: Path) -> tuple[str, str]:
    """What must not change when a night comes to nothing: the file that readers get, and its nights."""
    folder = home / "data" / "published"
    return str((folder / "warehouse.duckdb").stat().st_ino), ",".join(sorted(p.name for p in folder.iterdir()))


def test_first_night_publishes_verdicts_that_are_known_by_hand(home: Path) -> None:
    told = sync(0)
    assert told.exit_code == 0, told.output
    assert "Published night" in told.output
    assert rows(home, "select connection, state from marts.dim_connections order by 1") == [
        (name, "good") for name in NAMES
    ]
    assert rows(home, "select distinct deal_id, step_key from marts.fct_step_results where is_due and not is_ok") == [
        ("d000", "conversation_held")
    ]
    assert rows(home, "select count(*) from marts.fct_step_results") == [(3 * DEALS * 10,)]
    people = "select email, team_name, region, manager_name, connections from marts.dim_owners order by 1"
    assert rows(home, people) == [
        ("rep0@example.com", "Alps", "EMEA", "Rep 1", 3),
        ("rep1@example.com", "Alps", "EMEA", None, 3),
        ("rep2@example.com", None, None, None, 3),
    ]
    record = load_record(home / "data" / "ledger", night_ids(home / "data" / "ledger")[-1])
    assert (record["state"], record["concerns"]) == ("published", [])
    noise = [p.name for p in (home / "data" / "published").iterdir() if p.suffix not in {".duckdb"}]
    assert noise == [], "no log, no half a file"


def test_every_asset_was_made_and_every_rule_shown(home: Path) -> None:
    from dagster import DagsterInstance

    with DagsterInstance.get() as instance:
        (run_record,) = instance.get_run_records(limit=1)
        events = instance.all_logs(run_record.dagster_run.run_id)
    checks = {e.dagster_event.event_specific_data.check_name for e in events
              if e.dagster_event and e.dagster_event.event_type_value == "ASSET_CHECK_EVALUATION"}  # fmt: skip
    assert checks >= {"sync_succeeded", "row_floor", "conversation_held", "lost_reason_recorded", *audit.RULES}
    made = {e.dagster_event.asset_key.to_user_string() for e in events
            if e.dagster_event and e.dagster_event.event_type_value == "ASSET_MATERIALIZATION"}  # fmt: skip
    planned = {e.dagster_event.asset_key.to_user_string() for e in events
               if e.dagster_event and e.dagster_event.event_type_value == "ASSET_MATERIALIZATION_PLANNED"}  # fmt: skip
    assert planned == made
    assert made >= {"connections/alpha", "lake/files__deals", "gate", "marts/fct_findings", "publication", "ledger"}


def test_a_dead_connection_is_stale_an_odd_one_is_held_and_the_others_go_on(home: Path) -> None:
    shutil.rmtree(home / "exports" / "alpha")
    odd = home / "exports" / "beta" / "deals.csv"
    odd.write_text(odd.read_text().replace(",Won,", ",Offer,"))  # the history still ends in Won
    export(home / "exports" / "gamma", deals=DEALS + 6)
    told = sync(1)
    assert told.exit_code == 1, told.output
    assert "alpha is stale:" in told.output
    assert "beta is held:" in told.output
    before, after = NOW.replace(tzinfo=None), (NOW + timedelta(days=1)).replace(tzinfo=None)
    states = "select connection, state, judged_at from marts.dim_connections order by 1"
    assert rows(home, states) == [("alpha", "stale", before), ("beta", "held", before), ("gamma", "good", after)]
    counts = "select connection, count(*), count(*) filter (is_won) from marts.dim_deals group by 1 order by 1"
    assert rows(home, counts) == [
        ("alpha", DEALS, DEALS), ("beta", DEALS, DEALS), ("gamma", DEALS + 6, DEALS + 6)
    ]  # fmt: skip
    shown = json.loads(run("status", "--json").output)
    assert shown[0]["connections"] == {"alpha": "stale", "beta": "held", "gamma": "good"}
    assert list(shown[0]["held"]) == ["beta"]


def test_replaying_a_night_gives_its_hash_although_lake_and_configuration_went_on(home: Path) -> None:
    first = night_ids(home / "data" / "ledger")[0]
    process = home / "process.yml"
    kept = process.read_text()
    process.write_text(kept.replace("mandatory: true", "mandatory: false"))
    (home / "teams.csv").write_text(TEAMS.replace("Alps", "Fjords"))
    try:
        told = run("replay", first)
    finally:
        process.write_text(kept)
        (home / "teams.csv").write_text(TEAMS)
    assert told.exit_code == 0, told.output
    assert load_record(home / "data" / "ledger", first)["content_hash"] in told.output
    assert "Equal to what was published" in told.output


def test_a_night_that_fails_its_audit_changes_nothing_that_is_published(home: Path, monkeypatch) -> None:
    before = unchanged(home)
    broken = CheckResult("totals_agree", None, passed=False, severity="error", count=3, message="3 deals are lost")
    with monkeypatch.context() as patch:
        patch.setattr(audit, "run_audit", lambda _frames: [broken])
        failed = sync(2)
    assert failed.exit_code == 1
    assert "The audit failed, so nothing was published" in failed.output
    assert "3 deals are lost" in failed.output
    assert "Traceback" not in failed.output
    assert unchanged(home) == before
    assert json.loads(run("status", "--json").output)[0]["state"] == "failed"


def test_a_connection_that_hangs_does_not_hold_up_the_night(home: Path, monkeypatch) -> None:
    import orchestration.night as night

    really = night.sync_connection

    def hang(connector, *args, **kwargs):
        if connector.connection == "gamma":
            time.sleep(20)  # the thread is left behind: the test doesn't wait for it
        return really(connector, *args, **kwargs)

    connections = home / "connections.yml"
    connections.write_text(
        connections.read_text().replace("path: exports/gamma", "path: exports/gamma\n    max_minutes: 0.001")
    )
    monkeypatch.setattr(night, "sync_connection", hang)
    monkeypatch.setattr("orchestration.syncing.PATIENCE_SECONDS", 0.1)
    told = sync(3)
    assert told.exit_code == 1, told.output
    assert "gamma is stale" in told.output
    assert "the night went on without it" in told.output
    (state,) = rows(home, "select state from marts.dim_connections where connection = 'gamma'")
    assert state == ("stale",)


def test_roll_back_gives_readers_the_night_before(home: Path) -> None:
    told = run("rollback")
    assert told.exit_code == 0, told.output
    (as_of,) = rows(home, "select distinct as_of from marts.fct_step_results")
    assert as_of == ((NOW + timedelta(days=1)).replace(tzinfo=None),)


def test_forgetting_a_person_leaves_no_trace_of_them_anywhere(home: Path) -> None:
    # The export is read again from what the company holds, so it must be clean first, as `forget --help` says.
    assert any(b"rep1@example.com" in path.read_bytes() for path in (home / "data").rglob("*") if path.is_file())
    told = run("forget", "--yes", "rep1@example.com")
    assert told.exit_code == 0, told.output
    left = [
        str(path) for path in (home / "data").rglob("*")
        if path.is_file() and "dagster" not in path.parts and b"rep1@example.com" in path.read_bytes()
    ]  # fmt: skip
    assert left == []
    assert "teams.csv names them still" in told.output
    assert rows(home, "select count(*) from marts.dim_owners where email like 'rep1%'") == [(0,)]
    assert rows(home, "select count(*) from marts.dim_deals") == [(3 * DEALS + 6,)]
    manifest = last_published(home / "data" / "ledger")
    assert manifest is not None
    assert load_manifest(home / "data" / "ledger", manifest.night_id) == manifest
    assert len(list((home / "data" / "published").glob("*.duckdb"))) == 2
