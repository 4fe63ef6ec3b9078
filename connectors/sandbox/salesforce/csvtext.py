"""Records as the Bulk API writes them: CSV in which every value stands in quotes and nothing is an empty one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from connectors.sandbox.salesforce.deal import Row
from connectors.sandbox.salesforce.query import Found
from connectors.sandbox.salesforce.words import bulk_time


def csv_text(
    found: Found, rows: Iterable[tuple[int, Row]], delimiter: str, line_ending: str, *, nul_bytes: bool = False
) -> tuple[str, int]:
    """The records' lines below one of names, and how many records they are."""
    joint = f'"{delimiter}"'
    lines = [f'"{joint.join(found.columns)}"']
    writers = [_writer(found.thing.type_of(column) or "string", nul_bytes=nul_bytes) for column in found.columns]
    named = list(zip(found.columns, writers, strict=True))
    lines.extend(f'"{joint.join(write(row.get(column)) for column, write in named)}"' for _, row in rows)
    return line_ending.join(lines) + line_ending, len(lines) - 1


def _writer(kind: str, *, nul_bytes: bool) -> Callable[[Any], str]:
    if kind == "datetime":
        return lambda value: "" if value is None else bulk_time(value)
    if nul_bytes and kind == "string":
        return lambda value: "" if value is None else _text(value) + "\x00"
    return _text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return str(value).replace('"', '""')
