"""The night as Dagster knows it: one job, one schedule, the assets and their checks.

Only putting these together belongs here. `defs` is what the daemon and the webserver load, for the workspace at
PLUMBLINE_HOME.
"""

from __future__ import annotations

import dagster as dg

from orchestration.assets.book import NightBook
from orchestration.assets.delivery import ledger_asset, publication_asset
from orchestration.assets.ingest import input_assets, sync_assets
from orchestration.assets.models import dbt_resource, model_assets
from orchestration.assets.quality import audit_asset, compliance_checks, gate_asset
from orchestration.logs import night_logger
from orchestration.night import Say, dbt_home_of, silent
from orchestration.settings import Workspace, export, use_dagster_home

JOB = "nightly"


def build_defs(workspace: Workspace, say: Say = silent) -> dg.Definitions:
    """Everything Dagster needs for one workspace; `say` gets the progress lines."""
    home = dbt_home_of(workspace)
    export(home.environment())
    book = NightBook(workspace, say)
    staging, marts = model_assets(book, home.prepare())
    assets = [
        sync_assets(book),
        input_assets(book),
        staging,
        gate_asset(book, list(staging.keys)),
        marts,
        audit_asset(book, list(marts.keys)),
        publication_asset(book),
        ledger_asset(book),
    ]
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        # Steps share the machine's one build file, and a process per step would cost five seconds of imports each.
        executor_def=dg.in_process_executor,
        description="The night: sync, gate, build, audit, publish, ledger.",
        config={"loggers": {"night": {"config": {"folder": str(workspace.logs)}}}},
    )
    schedule = dg.ScheduleDefinition(
        name="nightly_schedule",
        job=job,
        cron_schedule=workspace.company.schedule,
        execution_timezone=workspace.company.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(
        assets=assets,
        asset_checks=[compliance_checks(book)],
        jobs=[job],
        schedules=[schedule],
        resources={"dbt": dbt_resource(home)},
        loggers={"night": night_logger},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What the daemon and the webserver load."""
    workspace = Workspace.find()
    use_dagster_home(workspace.dagster_home)
    return build_defs(workspace)
