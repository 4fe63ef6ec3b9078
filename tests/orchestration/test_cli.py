"""What a person or a script sees of each command: words, exit codes, JSON. Nights themselves are in tests/e2e."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from expectations.company import load_company
from orchestration.cli import main
from orchestration.manifest import save_record
from orchestration.publish.publication import publish
from tests.e2e.company import make_workspace
from tests.orchestration.conftest import duckdb_only, make_marts

NIGHT = "20260331T020000-aaaaaaaa"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_workspace(tmp_path / "acme", "alpha", "beta")
    monkeypatch.setenv("PLUMBLINE_HOME", str(folder))
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_every_command_explains_itself_with_an_example() -> None:
    commands = run("--help").output
    for name, command in main.commands.items():
        assert name in commands
        told = run(name, "--help")
        assert told.exit_code == 0
        assert f"Example: plumbline {name}" in told.output, name
        assert command.help


@pytest.mark.parametrize("arguments", [("query", "select 1"), ("status",), ("sync",), ("check",), ("compact",)])
def test_outside_a_workspace_every_command_says_how_to_make_one(arguments, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path))
    told = run(*arguments)
    assert told.exit_code == 2
    assert "is not a Plumbline workspace" in told.output
    assert "plumbline init DIR" in told.output


@pytest.mark.parametrize("place", ["data", "data/lake", "data/ledger", "data/logs", "data/published"])
def test_a_file_in_the_place_of_a_folder_is_named_with_what_to_do(place: str, home: Path) -> None:
    in_the_way = home / place
    if in_the_way.exists():
        in_the_way.rename(home / "kept")
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("a file")
    for arguments in (("status",), ("sync",), ("query", "select 1")):
        told = run(*arguments)
        assert told.exit_code == 2, told.output
        assert f"{in_the_way} is a file, and Plumbline needs a folder of that name" in " ".join(told.output.split())
        assert "Move the file elsewhere" in " ".join(told.output.split())
    assert in_the_way.read_text() == "a file"


def test_query_before_the_first_night_says_what_to_do(home: Path) -> None:
    told = run("query", "select 1")
    assert told.exit_code == 2
    assert "Nothing is published in this workspace yet" in told.output
    assert "plumbline sync" in told.output


def test_query_prints_a_table_or_json_and_can_write_nothing(home: Path) -> None:
    publish(duckdb_only(home / "data" / "published"), make_marts(home / "b" / "warehouse.duckdb"), NIGHT)
    sql = "select 1.50::decimal(18,2) as amount, date '2026-01-31' as day, null as nothing, 'ü' as text, 1500 as n"
    shown = run("query", sql)
    assert shown.exit_code == 0
    assert "1,500" in shown.output
    assert "(1 row)" in shown.output
    rows = json.loads(run("query", "--json", sql).output)
    assert rows == [{"amount": 1.5, "day": "2026-01-31", "nothing": None, "text": "ü", "n": 1500}]
    for writing in ("delete from marts.fct_findings", "create table marts.t as select 1", "copy (select 1) to 'x.csv'"):
        refused = run("query", writing)
        assert refused.exit_code == 2, writing
        assert "Traceback" not in refused.output
    (count,) = json.loads(run("query", "--json", "select count(*) as n from marts.fct_findings").output)
    assert count == {"n": 100}
    assert run("query", "select nonsense").exit_code == 2
    assert run("query", " ").exit_code == 2
    odd = run("query", "--json", "select 'nan'::double as x, [1.5, 'inf'::double] as y, 1 as a, 2 as a").output
    assert json.loads(odd) == [{"x": None, "y": [1.5, None], "a": 1, "a_2": 2}]


def test_init_makes_a_workspace_that_check_finds_good_and_overwrites_nothing(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "new"
    made = run("init", str(folder))
    assert made.exit_code == 0
    assert f"cd {folder} && plumbline check" in made.output
    assert {p.name for p in folder.iterdir()} >= {
        "plumbline.yml",
        "connections.yml",
        "process.yml",
        ".env",
        ".gitignore",
    }
    assert (folder / ".env").stat().st_mode & 0o077 == 0, "secrets are the owner's only"
    monkeypatch.setenv("PLUMBLINE_HOME", str(folder))
    checked = run("check", "--offline")
    assert checked.exit_code == 0, checked.output
    assert load_company(folder / "plumbline.yml").judge_from == datetime.now().astimezone().date()
    (folder / "process.yml").write_text("# mine\n")
    (folder / "plumbline.yml").unlink()
    assert "Wrote plumbline.yml in" in run("init", str(folder)).output
    assert (folder / "process.yml").read_text() == "# mine\n"
    again = run("init", str(folder))
    assert again.exit_code == 2
    assert "nothing was written" in again.output


def test_check_tells_all_faults_of_all_files_at_once(home: Path) -> None:
    (home / "plumbline.yml").write_text("workspace_format: 1\ntime_zone: Mars/Olympus\nhome_currency: euro\n")
    (home / "connections.yml").write_text("connections:\n  alpha:\n    kind: fiels\n")
    told = run("check", "--offline")
    assert told.exit_code == 2
    for fault in ("plumbline.yml:2", "Mars/Olympus", "plumbline.yml:3", "connections.yml:3", "fiels"):
        assert fault in told.output
    assert "Traceback" not in told.output


def test_check_asks_each_connection_and_names_the_one_that_cannot_be_read(home: Path) -> None:
    good = run("check")
    assert good.exit_code == 0, good.output
    assert "alpha: good" in good.output
    (home / "exports" / "beta" / "deals.csv").unlink()
    bad = run("check")
    assert bad.exit_code == 1
    assert "alpha: good" in bad.output
    assert "1 of 2 connections can't be read" in bad.output


@pytest.mark.parametrize("time", ["9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-01-01", "yesterday"])
def test_a_time_that_no_night_can_have_is_refused(time: str, home: Path) -> None:
    told = run("sync", "--as-of", time)
    assert told.exit_code == 2
    assert repr(time) in told.output
    assert not (home / "data" / "lake").exists()


def test_what_the_system_refuses_is_told_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = run("init", str(tmp_path / "file" / "below"))
    assert told.exit_code == 1
    assert "Not a directory" in told.output
    assert "Traceback" not in told.output


def test_sync_refuses_what_makes_no_sense_before_anything_starts(home: Path) -> None:
    unknown = run("sync", "--only", "gamma")
    assert unknown.exit_code == 2
    assert "no connection gamma; it has alpha, beta" in unknown.output
    naive = run("sync", "--as-of", "2026-03-31T02:00:00")
    assert naive.exit_code == 2
    assert "names no time zone" in naive.output
    assert run("sync", "--as-of", "yesterday").exit_code == 2
    assert not (home / "data" / "ledger").exists()


def test_status_lists_the_last_nights_for_people_and_scripts(home: Path) -> None:
    assert "no night yet" in run("status").output
    ledger = home / "data" / "ledger"
    publish(duckdb_only(home / "data" / "published"), make_marts(home / "b" / "warehouse.duckdb"), NIGHT)
    times = {"started_at": "2026-03-31T02:00:00+00:00", "ended_at": "2026-03-31T02:03:00+00:00"}
    save_record(ledger, NIGHT, state="published", connections={"alpha": "good", "beta": "stale"},
                concerns=["beta is stale: no answer"], **times)  # fmt: skip
    save_record(ledger, "20260401T020000-bbbbbbbb", state="failed", error="the audit failed", **times)
    shown = run("status").output
    assert "beta stale" in shown
    assert f"{NIGHT} *" in shown
    assert "the audit failed" in shown
    newest, older = json.loads(run("status", "--json").output)
    assert (newest["state"], newest["current"], newest["error"]) == ("failed", False, "the audit failed")
    assert (older["current"], older["minutes"], older["connections"]) == (True, 3.0, {"alpha": "good", "beta": "stale"})


HOLD = (
    "import sys; from pathlib import Path; from orchestration.lock import night_lock\n"
    "with night_lock(Path(sys.argv[1]), 'a night'):\n"
    "    print('held', flush=True); sys.stdin.readline()\n"
)


BUSY = [("sync",), ("rollback",), ("compact",), ("replay", NIGHT), ("forget", "--yes", "ann@example.com")]


@pytest.mark.parametrize("arguments", BUSY)
def test_nothing_runs_beside_a_night(arguments, home: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(home / "data" / "night.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as night:
        assert night.stdout is not None
        night.stdout.readline()
        told = run(*arguments)
        night.kill()
    assert told.exit_code == 2
    assert f"a night (process {night.pid}) has been running since" in told.output


def test_nobody_is_no_person_to_be_forgotten(home: Path) -> None:
    told = run("forget", " ", "--yes")
    assert told.exit_code == 2
    assert told.output.startswith("ID is empty: name the e-mail address")


def test_rollback_and_replay_without_nights_say_so(home: Path) -> None:
    nothing = run("rollback")
    assert nothing.exit_code == 1
    assert "Nothing is published yet" in nothing.output
    unknown = run("replay", NIGHT)
    assert unknown.exit_code == 2
    assert "There is no night" in unknown.output


def test_status_with_a_limit_of_age_is_a_health_check(home: Path) -> None:
    never = run("status", "--max-age", "26")
    assert never.exit_code == 1
    assert "No night was ever published" in never.output
    ledger = home / "data" / "ledger"
    ended = datetime.now(UTC) - timedelta(hours=5)
    save_record(ledger, NIGHT, state="published", started_at=str(ended), ended_at=str(ended))
    save_record(
        ledger, "20260401T020000-bbbbbbbb", state="failed", started_at=str(ended), ended_at=str(datetime.now(UTC))
    )
    assert run("status", "--max-age", "26").exit_code == 0
    old = run("status", "--max-age", "4.5")
    assert old.exit_code == 1
    assert "published 5.0 hours ago" in old.output
