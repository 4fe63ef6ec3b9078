"""Runs a night from the command line: the Dagster job in this process, quietly, with its record as the result.

Only starting it and keeping its noise off the terminal belongs here; the schedule's nights are started by Dagster.
"""

from __future__ import annotations

import importlib
import logging
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dagster as dg

from orchestration import manifest
from orchestration.build import prune_builds
from orchestration.definitions import JOB, build_defs
from orchestration.lock import night_lock
from orchestration.logs import log_to
from orchestration.night import Say
from orchestration.publish.interface import DISK_FULL, PublishError, disk_is_full
from orchestration.settings import Workspace, use_dagster_home

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NightResult:
    """How a night ended; `record` is what was written down about it."""

    night_id: str | None
    published: bool
    record: dict[str, Any]

    @property
    def concerns(self) -> list[str]:
        """What the operator should look at although the night was published."""
        return list(self.record.get("concerns", []))


def run_night(
    workspace: Workspace,
    *,
    say: Say,
    as_of: datetime | None = None,
    only: Sequence[str] = (),
    accept_fall: Sequence[str] = (),
) -> NightResult:
    """Run the night, now. Raises ConfigProblems and NightRunning; everything later is in the result."""
    use_dagster_home(workspace.dagster_home)
    log_to(workspace.logs, workspace.company.retention.logs_days)
    with night_lock(workspace.lock, "a night"), _room(workspace), _quiet(workspace):
        _warm_up()
        say("Preparing…")
        job = build_defs(workspace, say).resolve_job_def(JOB)
        config = {"as_of": as_of.isoformat() if as_of else None, "only": list(only), "accept_fall": list(accept_fall)}
        run_config = {
            "ops": {"sync_connections": {"config": config}},
            "loggers": {"night": {"config": {"folder": str(workspace.logs)}}},
        }
        with dg.DagsterInstance.get() as instance:
            result = job.execute_in_process(run_config=run_config, instance=instance, raise_on_error=False)
            night_id = _night_of(workspace, result.run_id)
    record = manifest.load_record(workspace.ledger, night_id) if night_id else {}
    _log.info("night ended: %s", record.get("state"))
    return NightResult(night_id, record.get("state") == "published", record)


def _night_of(workspace: Workspace, run_id: str) -> str | None:
    ending = run_id.replace("-", "")[:8]
    found = sorted((workspace.ledger / "nights").glob(f"*-{ending}"))
    return found[-1].name if found else None


def _warm_up() -> None:
    """Import Great Expectations (six seconds) while the CRMs are being read; the gate needs it soon after."""
    threading.Thread(target=importlib.import_module, args=["great_expectations"], daemon=True).start()


@contextmanager
def _room(workspace: Workspace) -> Iterator[None]:
    """A disk that fills up strikes anywhere: in Dagster's storage, in a log, in dbt. It is told in words."""
    try:
        yield
    except Exception as error:
        if not disk_is_full(error, workspace.data):
            raise
        prune_builds(workspace.builds, [])  # what no reader gets makes room for writing down how the night ended
        with suppress(OSError):
            manifest.bury_unfinished(workspace.ledger, DISK_FULL)
        raise PublishError(DISK_FULL) from error


@contextmanager
def _quiet(workspace: Workspace) -> Iterator[None]:
    """What Dagster and dbt print goes to a file; our own progress lines keep the terminal they were given."""
    workspace.logs.mkdir(parents=True, exist_ok=True)
    with (
        (workspace.logs / "last_night.out").open("w", encoding="utf-8") as noise,
        redirect_stdout(noise),
        redirect_stderr(noise),
    ):
        for name in ("dagster", "dagster_dbt", "great_expectations"):
            logging.getLogger(name).handlers.clear()
        yield
        sys.stdout.flush()
