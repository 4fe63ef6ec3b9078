"""What Dagster is given: one job in one process, one schedule that is on, and a graph that an operator can read."""

from importlib.metadata import version

import dagster as dg
import pytest
from dagster_dbt.core import resource

from orchestration.assets.book import NightBook
from orchestration.definitions import JOB, build_defs
from orchestration.settings import Workspace
from tests.e2e.company import make_workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = make_workspace(tmp_path_factory.mktemp("company"), "alpha", "beta")
    settings = home / "plumbline.yml"
    settings.write_text(settings.read_text() + 'schedule: "30 3 * * 1-5"\n')
    return Workspace.find(home)


@pytest.fixture(scope="module")
def defs(workspace: Workspace) -> dg.Definitions:
    return build_defs(workspace)


def test_the_schedule_is_on_in_the_companys_time_zone(defs: dg.Definitions) -> None:
    schedule = defs.resolve_schedule_def("nightly_schedule")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 3 * * 1-5", "Europe/Berlin")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert defs.resolve_job_def(JOB).executor_def.name == "in_process"


def test_the_graph_is_grouped_and_nothing_is_published_before_gate_and_audit(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert groups == {"connections", "lake", "ledger", "reference", "staging", "canonical", "compliance", "forecast",
                      "marts", "quality", "delivery"}  # fmt: skip

    def before(key: str) -> set[str]:
        found: set[dg.AssetKey] = set()
        waiting = [dg.AssetKey.from_user_string(key)]
        while waiting:
            for parent in graph.get(waiting.pop()).parent_keys - found:
                found.add(parent)
                waiting.append(parent)
        return {one.to_user_string() for one in found}

    assert {"gate", "connections/alpha", "lake/files__deals"} <= before("marts/fct_findings")
    assert {"audit", "gate", "marts/fct_findings", "marts/dim_deals"} <= before("publication")
    assert "gate" not in before("canonical/int_deals")
    described = [key for key in graph.get_all_asset_keys() if key.path[0] == "marts" and graph.get(key).description]
    assert len(described) == len([key for key in graph.get_all_asset_keys() if key.path[0] == "marts"])


def test_there_is_one_check_per_connection_rule_and_step_and_never_per_deal(
    defs: dg.Definitions, workspace: Workspace
) -> None:
    keys = defs.resolve_asset_graph().asset_check_keys
    assert {k.asset_key.path[-1] for k in keys if k.name == "sync_succeeded"} == {"alpha", "beta"}
    steps = {step.key for _, step in workspace.process.steps()}
    shown = {k.name for k in keys if k.asset_key == dg.AssetKey(["marts", "fct_step_results"])}
    assert steps <= shown


def test_no_night_asks_the_package_index_what_a_newer_dbt_is_called(
    defs: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(words: list[str]) -> bytes:
        raise AssertionError(f"{words} asks the package index")

    assert defs.resources is not None
    monkeypatch.setattr(resource, "check_output", asked)
    assert str(defs.resources["dbt"]._cli_version) == version("dbt-core")


def test_a_step_started_alone_says_that_a_night_is_whole(workspace: Workspace) -> None:
    with pytest.raises(dg.Failure, match="Start the job `nightly`"), NightBook(workspace).step("no-such-run"):
        pass
