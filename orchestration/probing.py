"""Asking every connection whether a night could read it, and what its first sync will cost, before the night does.

Only asking belongs here, each connection by itself and side by side; what the answers look like is the command line's.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.contract import Connector, ConnectorError, StreamPlan
from connectors.lake import Lake
from connectors.registry import open_connector
from orchestration.readings import last_good, outcomes_of
from orchestration.settings import Workspace
from orchestration.syncing import without_name

ASKED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Probe:
    """What one connection said. `error` says why no night can read it; the plan has an error of its own.

    `plan` is None where a whole sync lies in the lake already: then increments are what is to come.
    """

    connection: str
    crm: str
    last_good_at: datetime | None = None
    lines: list[str] = field(default_factory=list)
    error: str | None = None
    plan: list[StreamPlan] | None = None
    plan_error: str | None = None

    @property
    def never_synced(self) -> bool:
        """Whether the first full sync is still to come."""
        return self.last_good_at is None


def probe_all(workspace: Workspace) -> list[Probe]:
    """Every connection, in the order of connections.yml; one that fails hides none of the others."""
    with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="probe") as pool:
        return list(pool.map(lambda name: probe_one(workspace, name), workspace.connections))


def probe_one(workspace: Workspace, name: str) -> Probe:
    """One connection, asked for its rights and limits and, before its first sync, for what that will cost."""
    settings = workspace.to_be_read(workspace.connections[name])
    since: datetime | None = None
    try:
        good = last_good(outcomes_of(Lake(workspace.lake).sync_rows(name)))
        since = good.ended_at if good else None
        connector = open_connector(
            settings, env=workspace.environment(), clock=lambda: datetime.now(UTC), workspace=workspace.home
        )
    except Exception as error:  # noqa: BLE001 - one connection's fault, whatever it is, must not hide the others
        return Probe(name, settings.kind, since, error=_said(name, error))
    try:
        lines = connector.probe()
        plan, plan_error = (None, None) if since else _plan(name, connector)
        return Probe(name, settings.kind, since, lines, None, plan, plan_error)
    except Exception as error:  # noqa: BLE001 - as above
        return Probe(name, settings.kind, since, error=_said(name, error))
    finally:
        connector.close()


def _plan(name: str, connector: Connector) -> tuple[list[StreamPlan] | None, str | None]:
    try:
        return connector.plan(), None
    except Exception as error:  # noqa: BLE001 - a cost that can't be told is no reason to call the account unreadable
        return None, _said(name, error)


def _said(name: str, error: Exception) -> str:
    known = isinstance(error, ConnectorError)
    return without_name(name, str(error)) if known else f"{type(error).__name__}: {error}"
