"""`plumbline check` and `plumbline stages` against exports and a simulated CRM: what people and scripts get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from connectors.contract import CrmPipeline, CrmStage, StreamPlan
from connectors.sandbox import Organisation, start_sandbox
from connectors.sandbox.hubspot.entry import connection_entry
from connectors.settings import load_connections
from expectations.process import load_process
from expectations.stage_proposal import propose
from orchestration.cli import main
from orchestration.cli.check import plan_table, probe_lines
from orchestration.cli.stages import yaml_lines
from orchestration.probing import Probe
from orchestration.scaffold import KINDS
from tests.e2e.company import make_workspace

TOKEN = "pat-simulated"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_workspace(tmp_path / "acme", "alpha", "beta")
    monkeypatch.setenv("PLUMBLINE_HOME", str(folder))
    return folder


@pytest.fixture
def with_hubspot(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace of one simulated HubSpot portal, beside exports."""
    with start_sandbox({TOKEN: Organisation(5, 30)}) as sandbox:
        entry, env = connection_entry(sandbox.url, TOKEN, "PORTAL")
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        path = home / "connections.yml"
        path.write_text(
            path.read_text() + yaml.safe_dump({"portal": entry}, indent=2).replace("\n", "\n  ").join(["  ", ""])
        )
        yield home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_check_shows_what_the_first_sync_will_cost(with_hubspot: Path) -> None:
    told = run("check")
    assert told.exit_code == 0, told.output
    assert "portal: good" in told.output
    assert told.output.count("never synced; the first sync reads everything:") == 3
    assert "in all" in told.output
    (portal,) = [c for c in json.loads(run("check", "--json").output)["connections"] if c["connection"] == "portal"]
    deals = next(plan for plan in portal["plan"] if plan["stream"] == "deals")
    assert deals["records"] > 20
    assert deals["calls"] >= 1
    assert TOKEN not in json.dumps(portal)


def test_one_crm_that_is_down_hides_nothing_of_the_others(with_hubspot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", "pat-of-nobody")
    (with_hubspot / "exports" / "alpha" / "deals.csv").unlink()
    told = run("check")
    assert told.exit_code == 1
    assert "beta: good" in told.output
    assert "2 of 3 connections can't be read: alpha, portal." in told.output
    by_name = {c["connection"]: c for c in json.loads(run("check", "--json").stdout)["connections"]}
    assert {name: c["state"] for name, c in by_name.items()} == {
        "alpha": "unreadable", "beta": "good", "portal": "unreadable"}  # fmt: skip
    assert "deals" in by_name["alpha"]["error"]


def test_a_plan_in_tokens_has_their_column_and_its_remarks() -> None:
    plans = [StreamPlan("deals", 1_000, 2, 20, 0.5), StreamPlan("changes", None, 900, 18_000, 400.0, "3 days: …")]
    lines = plan_table(plans).splitlines()
    assert "tokens" in lines[0]
    assert [line.split() for line in lines[2:]] == [
        ["deals", "1,000", "2", "20", "1", "s"],
        ["changes", "900", "18,000", "7", "min"],
        ["in", "all", "1,000", "902", "18,020", "7", "min"],
    ]
    assert "tokens" not in plan_table([StreamPlan("deals", 10, 1)])
    assert "    changes: 3 days: …" in list(probe_lines(Probe("p", "pipedrive", plan=plans)))


def test_a_connection_that_was_synced_shows_no_plan() -> None:
    lines = list(probe_lines(Probe("p", "hubspot", datetime(2026, 3, 1, 2, tzinfo=UTC), ["deals: readable"])))
    assert lines[-1] == "  last synced whole: 2026-03-01 02:00 UTC; the next sync asks for what changed since"


def test_stages_proposes_a_map_that_loads_when_pasted(with_hubspot: Path) -> None:
    told = run("stages", "portal")
    assert told.exit_code == 0, told.output
    text = with_hubspot / "connections.yml"
    head = "connections:\n  portal:\n    kind: hubspot\n    credentials: {token: PORTAL_TOKEN}\n"
    text.write_text(head + told.stdout)
    loaded = load_connections(text, set(load_process().stage_keys()))["portal"].pipelines
    assert loaded["renewals"].deal_type == "renewal"
    assert loaded["default"].stages["closedwon"] == "won"
    assert loaded["default"].stages["appointmentscheduled"] == "qualify"
    assert "# unsure: " in told.stdout
    assert "Unsure about" in told.stderr


@pytest.mark.parametrize("kind", ["salesforce", "pipedrive", "odoo"])
def test_every_crm_shows_its_plan_and_a_stage_map_that_loads(
    kind: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    face = import_module(f"connectors.sandbox.{kind}.server")
    with face.start_sandbox({TOKEN: Organisation(5, 30)}) as sandbox:
        entry, env = import_module(f"connectors.sandbox.{kind}.entry").connection_entry(sandbox.url, TOKEN, "ACCOUNT")
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        config = home / "connections.yml"
        config.write_text(yaml.safe_dump({"connections": {"account": entry}}))
        checked = run("check")
        assert checked.exit_code == 0, checked.output
        assert "never synced; the first sync reads everything:" in checked.output
        assert "in all" in checked.output
        told = run("stages", "account")
        assert told.exit_code == 0, told.output
    bare = {name: value for name, value in entry.items() if name != "pipelines"}
    config.write_text(yaml.safe_dump({"connections": {"account": bare}}) + told.stdout)
    loaded = load_connections(config, set(load_process().stage_keys()))["account"].pipelines
    assert {"new", "renewal"} == {pipeline.deal_type for pipeline in loaded.values()}
    assert all({"qualify", "propose"} & set(pipeline.stages.values()) for pipeline in loaded.values())


def test_stages_as_json_says_why(with_hubspot: Path) -> None:
    told = json.loads(run("stages", "portal", "--json").stdout)
    stages = {stage["id"]: stage for one in told["pipelines"] for stage in one["stages"]}
    assert stages["contractsent"]["stage_key"] == "close"
    assert "contract" in stages["contractsent"]["reason"]
    assert told["connection"] == "portal"


def test_stages_of_an_export_and_of_nobody(home: Path) -> None:
    told = run("stages", "alpha")
    assert told.exit_code == 0
    assert "          Lead: qualify" in told.stdout
    unknown = run("stages", "gamma")
    assert unknown.exit_code == 2
    assert "no connection gamma; connections.yml has alpha, beta" in unknown.output


def test_ids_that_yaml_would_misread_are_quoted_and_names_cannot_leave_their_comment(tmp_path: Path) -> None:
    named = [("12", "New"), ("No", "Offer\nlost: won # injected"), ('a"b: c', "Contract"), ("On hold", "On hold")]
    stages = [CrmStage(key, name, n) for n, (key, name) in enumerate(named)]
    lines = yaml_lines(propose(load_process(), [CrmPipeline("7", "Sales\r\n# x", tuple(stages))]), "pipedrive")
    path = tmp_path / "connections.yml"
    path.write_text("connections:\n  p:\n    kind: pipedrive\n    credentials: {token: A_TOKEN}\n" + "\n".join(lines))
    (found,) = load_connections(path, set(load_process().stage_keys()))["p"].pipelines.items()
    assert found[0] == "7"
    assert set(found[1].stages) == {"12", "No", 'a"b: c'}
    assert "# won and lost need no line" in path.read_text()


def test_a_pipeline_of_which_nothing_is_known_is_still_a_map(tmp_path: Path) -> None:
    lines = list(yaml_lines(propose(load_process(), [CrmPipeline("1", "Empty", ())]), "hubspot"))
    path = tmp_path / "connections.yml"
    path.write_text("connections:\n  p:\n    kind: hubspot\n    credentials: {token: A_TOKEN}\n" + "\n".join(lines))
    assert load_connections(path)["p"].pipelines["1"].stages == {}


@pytest.mark.parametrize("kind", KINDS)
def test_init_writes_a_workspace_for_each_crm_that_lacks_nothing_but_its_secrets(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run("init", str(tmp_path / "new"), "--crm", kind)
    assert made.exit_code == 0, made.output
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path / "new"))
    offline = run("check", "--offline")
    assert offline.exit_code == 0, offline.output
    (settings,) = load_connections(tmp_path / "new" / "connections.yml").values()
    assert settings.kind == kind
    env = (tmp_path / "new" / ".env").read_text()
    for variable in settings.credentials.values():
        monkeypatch.delenv(variable, raising=False)
        assert f"\n{variable}=\n" in env
    online = run("check")
    assert online.exit_code == 1
    assert "not set" in online.output if settings.credentials else "does not exist" in online.output


def test_init_for_several_accounts_keeps_their_names_and_secrets_apart(tmp_path: Path) -> None:
    kinds = ["hubspot", "salesforce", "hubspot", "files", "hubspot"]
    made = run("init", str(tmp_path), *(word for kind in kinds for word in ("--crm", kind)))
    assert made.exit_code == 0, made.output
    found = load_connections(tmp_path / "connections.yml")
    assert list(found) == ["hubspot", "salesforce", "hubspot_2", "other_crm", "hubspot_3"]
    tokens = [s.credentials["token"] for s in found.values() if s.kind == "hubspot"]
    assert tokens == ["HUBSPOT_TOKEN", "HUBSPOT_2_TOKEN", "HUBSPOT_3_TOKEN"]
    assert "`plumbline stages hubspot_2`" in (tmp_path / "connections.yml").read_text()


def test_init_asks_in_a_terminal_which_crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.cli.setup._in_terminal", lambda: True)
    made = CliRunner().invoke(main, ["init", str(tmp_path)], input="hubspott\nodoo, Pipedrive\n")
    assert made.exit_code == 0, made.output
    assert "hubspott is not one of hubspot, salesforce" in made.output
    assert list(load_connections(tmp_path / "connections.yml")) == ["odoo", "pipedrive"]


def test_init_refuses_a_crm_that_it_does_not_know(tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "new"), "--crm", "sugar").exit_code == 2
    assert not (tmp_path / "new").exists()


def test_a_wrong_teams_csv_is_told_before_anything_is_read(home: Path) -> None:
    (home / "teams.csv").write_text("email,team,manager\nann,Alps,\n")
    for command in (("check", "--offline"), ("sync",)):
        told = run(*command)
        assert told.exit_code == 2
        assert "teams.csv:2: email: 'ann' is not an e-mail address" in told.output
    assert not (home / "data" / "lake").exists()


def test_a_waiver_that_lifts_nothing_is_told_and_stops_nothing(home: Path) -> None:
    (home / "waivers.csv").write_text(
        "deal,step,given_by,given_on,reason,until\nalpha:1,no_such_step,Bo,2026-03-01,agreed,\n"
    )
    told = run("check", "--offline")
    assert told.exit_code == 1
    assert "lifts nothing: waivers.csv:2: step: there is no step 'no_such_step'" in told.output
    for_scripts = CliRunner().invoke(main, ["check", "--offline", "--json"])
    assert json.loads(for_scripts.stdout)["idle_waivers"][0].startswith("waivers.csv:2: step")
