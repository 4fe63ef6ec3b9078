"""The recorded answers of a real Odoo as a server for the connector, and what the connector read as rows of a lake.

Only replaying belongs here. What must come out is in the tests. Fields that the recordings don't name are absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from requests.models import PreparedRequest

from connectors.contract import MissingScopeError
from connectors.odoo.connector import OdooConnector
from tests.connectors.odoo.fake_odoo import connect
from tests.dbt.harness import Warehouse, record

Rows = dict[str, list[dict[str, Any]]]


def recorded_rows(folder: Path) -> Rows:
    """Rows by model, each as complete as any recording shows it."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        model, rows = _answered(told)
        for row in rows:
            known = found.setdefault(model, {}).setdefault(row["id"], {})
            known |= row
    return {model: [rows[i] for i in sorted(rows)] for model, rows in found.items()}


def _answered(told: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    request = told.get("request") or {}
    answer = told.get("response")
    if "json" in request:
        model, method = request["path"].split("/")[-2:]
    else:
        arguments = ((request.get("body") or {}).get("params") or {}).get("args") or []
        model, method = arguments[3:5] if len(arguments) > 4 else ("", "")
        answer = answer.get("result") if isinstance(answer, dict) else None
    return (model, answer) if method == "search_read" and isinstance(answer, list) else (model, [])


class Replay:
    """Answers searches for all rows of a model, or for certain ids; `names` gives the tracked fields by id."""

    def __init__(self, rows: Rows, names: Mapping[int, str]) -> None:
        self.rows = {**rows, "ir.model.fields": [{"id": number, "name": name} for number, name in names.items()]}

    def __call__(self, request: PreparedRequest) -> tuple[int, Any]:
        path = str(request.path_url)
        if path == "/web/version":
            return 200, {"version": "19.0"}
        model, method = path.split("/")[-2:]
        question = orjson.loads(request.body or b"{}")
        rows = self.rows.get(model, [])
        if method == "fields_get":
            seen = {name for row in rows for name in row}
            return 200, {name: {"type": "char"} for name in question["allfields"] if name in seen or not rows}
        for name, operator, value in question["domain"]:
            if name == "id" or (name == "mail_message_id" and operator == "in"):
                keys = [row[name][0] if isinstance(row[name], list) else row[name] for row in rows]
                chosen = [key > value if operator == ">" else key in value for key in keys]
                rows = [row for row, wanted in zip(rows, chosen, strict=True) if wanted]
        rows = rows[: question.get("limit", len(rows))]
        if method == "search_count":
            return 200, str(len(rows)).encode()
        return 200, [{name: row.get(name, False) for name in question.get("fields", row)} for row in rows]


def read_into(home: Warehouse, connector: OdooConnector) -> None:
    """Everything that a first sync reads, as rows of the lake."""
    for stream in connector.streams():
        home.lake(stream.table.replace("/", "__"), _records(connector, stream))


def _records(connector: OdooConnector, stream: Any) -> Iterator[dict[str, Any]]:
    try:
        for page in connector.pages(stream, position={}, synced_to=None):
            for got in page.records:
                yield record(got.id, got.payload, modified_at=got.modified_at, is_deleted=got.is_deleted)
    except MissingScopeError:
        return


def replayed(rows: Rows, names: Mapping[int, str]) -> OdooConnector:
    """A connector that reads the recorded rows."""
    return connect(Replay(rows, names), options={"protocol": "json2", "requests_per_10_seconds": 10_000})


def walks(home: Warehouse, deals: Iterable[str]) -> dict[str, list[str]]:
    """The stage ids that each deal entered, in order."""
    rows = home.query(
        "select deal_key, stage_id from canonical.int_stage_changes order by deal_key, entered_at, change_id"
    )
    found: dict[str, list[str]] = {deal: [] for deal in deals}
    for row in rows:
        found.setdefault(row["deal_key"].split(":")[1], []).append(row["stage_id"])
    return found
