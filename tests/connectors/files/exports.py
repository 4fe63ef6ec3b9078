"""Small exports to test with: written in each format, opened as a connection."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.contract import Page, Record, Stream
from connectors.files.connector import FilesConnector, open_files
from connectors.settings import ConnectionSettings

DEAL = {"deal_id": "1", "stage_id": "Lead", "created_at": "2026-01-05T09:00:00Z"}


def deal(number: int, **more: Any) -> dict[str, Any]:
    return {**DEAL, "deal_id": str(number), **more}


def connect(
    folder: Path,
    stages: Mapping[str, str] | None = None,
    wanted: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
    **options: Any,
) -> FilesConnector:
    settings = ConnectionSettings.model_validate(
        {
            "name": "other",
            "kind": "files",
            "path": str(folder),
            "read_fields": list(wanted),
            "fields": dict(fields or {}),
            "options": options,
            "pipelines": {"default": {"stages": dict(stages or {})}},
        }
    )
    return open_files(settings, workspace=Path("/nowhere"))


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], delimiter: str = ",", encoding: str = "utf-8") -> None:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def write_ndjson(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)


def stream(connector: FilesConnector, name: str = "deals") -> Stream:
    return next(each for each in connector.streams() if each.name == name)


def pages(
    connector: FilesConnector, name: str = "deals", synced_to: datetime | None = None, **position: Any
) -> list[Page]:
    return list(connector.pages(stream(connector, name), position=position, synced_to=synced_to))


def records(connector: FilesConnector, name: str = "deals") -> list[Record]:
    return [record for page in pages(connector, name) for record in page.records]


def payloads(connector: FilesConnector, name: str = "deals") -> list[dict[str, Any]]:
    return [json.loads(record.payload) for record in records(connector, name)]
