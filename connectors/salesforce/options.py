"""What can be set for one Salesforce connection, and reading it from the `options` of connections.yml.

Here belong names, defaults and limits of the settings. The generic entries of a connection are connectors.settings'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connectors.entries import Number, OptionRules


@dataclass(frozen=True, slots=True)
class SalesforceOptions:
    """Fields to read beyond the standard ones, how far increments look back, and when the Bulk API is worth it."""

    fields: tuple[str, ...] = ()
    overlap: timedelta = timedelta(minutes=30)
    """Rows may show up minutes after their own stamp; each increment begins so long before the last pass did."""
    bulk_from_rows: int = 2000
    """From so many rows on a query is a Bulk job; below, one REST page is sooner there."""
    bulk_page_rows: int = 25_000
    bulk_wait: timedelta = timedelta(minutes=60)
    formula_refresh: timedelta = timedelta(hours=24)
    """Formula fields move no date: deals are read whole again so often, if one is among the fields. 0: never."""
    subjects: bool = False
    """Read what tasks and events are about, for a process that asks for words in it."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Limits and time limits of the HTTP session, and where tokens come from."""

    api_version: str = "60.0"
    daily_reserve_share: float = 0.5
    requests_per_10_seconds: int = 200
    timeout_seconds: float = 150
    """Salesforce itself gives a query up after two minutes."""
    retry_seconds: float = 300
    login_url: str | None = None
    refresh_token_file: str | None = None


RULES = OptionRules(
    {
        "overlap_minutes": Number(30, 10, 1440),
        "bulk_from_rows": Number(2000, 1, 1_000_000),
        "bulk_page_rows": Number(25_000, 1, 250_000),
        "bulk_wait_minutes": Number(60, 1, 1440),
        "formula_refresh_hours": Number(24, 0, 720),
        "api_version": Number(60, 53, 99),
        "daily_reserve_percent": Number(50, 0, 95),
        "requests_per_10_seconds": Number(200, 1, 10_000),
        "timeout_seconds": Number(150, 0.1, 600),
        "retry_seconds": Number(300, 0, 3600),
    },
    texts=("login_url", "refresh_token_file"),
    flags=("subjects",),
)


def read_options(
    connection: str, given: Mapping[str, Any], *, fields: tuple[str, ...] = ()
) -> tuple[SalesforceOptions, SessionOptions]:
    """The options of a connection. Raises BadInput that names every wrong entry."""
    number = RULES.read_numbers(connection, given)
    reading = SalesforceOptions(
        fields=fields,
        overlap=timedelta(minutes=number["overlap_minutes"]),
        bulk_from_rows=int(number["bulk_from_rows"]),
        bulk_page_rows=int(number["bulk_page_rows"]),
        bulk_wait=timedelta(minutes=number["bulk_wait_minutes"]),
        formula_refresh=timedelta(hours=number["formula_refresh_hours"]),
        subjects=bool(given.get("subjects", False)),
    )
    session = SessionOptions(
        api_version=f"{int(number['api_version'])}.0",
        daily_reserve_share=number["daily_reserve_percent"] / 100,
        requests_per_10_seconds=int(number["requests_per_10_seconds"]),
        timeout_seconds=number["timeout_seconds"],
        retry_seconds=number["retry_seconds"],
        login_url=given.get("login_url"),
        refresh_token_file=given.get("refresh_token_file"),
    )
    return reading, session


def option_faults(given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each option, by its name; empty when all is well."""
    return RULES.faults(given)
