"""Plumbline's own sync of deals and their history into a lake, counts reconciled, with what a night does besides.

The requests that it sent are kept beside the result, so that they can be sent again bare.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
from reading import CRM, FOLDER, TOKEN, URL, measured

sys.path.append(str(Path(__file__).parents[3]))

from connectors.contract import SyncOutcome
from connectors.http.transport import Transport
from connectors.lake import Lake
from connectors.registry import open_connector
from connectors.settings import ConnectionSettings
from connectors.sync import sync_connection, utc_now

STREAMS = {
    "hubspot": ("deals",),
    "pipedrive": ("deals", "deal_changes"),
    "salesforce": ("opportunities", "opportunity_history"),
}
sent: list[tuple[str, str, Any, str | None, str | None]] = []


def listen() -> None:
    send = Transport.send

    def listed(self: Transport, method: str, url: str, **rest: Any) -> Any:
        body = rest.get("body")
        sent.append((method, url, rest.get("params"), body.decode() if body else None, rest.get("accept")))
        return send(self, method, url, **rest)

    Transport.send = listed  # type: ignore[method-assign]


entry, env = import_module(f"connectors.sandbox.{CRM}.entry").connection_entry(URL, TOKEN, "ACME")
import_module(f"connectors.{CRM}.open")
outcomes: list[SyncOutcome] = []


def read() -> None:
    connector = open_connector(
        ConnectionSettings(name="acme", **entry), env=env, clock=utc_now, workspace=FOLDER / "workspace"
    )
    wanted = [stream for stream in connector.streams() if stream.name in STREAMS[CRM]]
    connector.streams = lambda: wanted  # type: ignore[method-assign]
    outcomes.append(sync_connection(connector, Lake(FOLDER / "lake")))
    connector.close()
    if outcomes[0].state != "good":
        raise SystemExit(outcomes[0].error)


def count() -> tuple[int, int]:
    return sum(stream.rows_read for stream in outcomes[0].streams), outcomes[0].streams[0].rows_read


listen()
measured(read, count)
(FOLDER / "sent.json").write_bytes(orjson.dumps(sent))
