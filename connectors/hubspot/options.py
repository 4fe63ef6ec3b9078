"""What can be set for one HubSpot connection, and reading it from the `options` of connections.yml.

Here belong names, defaults and limits of the settings. The generic entries of a connection are connectors.settings'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connectors.entries import Number, OptionRules


@dataclass(frozen=True, slots=True)
class HubSpotOptions:
    """Properties to read beyond the standard ones, and how far increments look back."""

    properties: tuple[str, ...] = ()
    history_properties: tuple[str, ...] = ()
    overlap: timedelta = timedelta(minutes=60)
    """The search shows a change late; each increment begins so long before the last pass did."""
    association_window: timedelta = timedelta(days=3)
    """Associations move no date: those of everything changed in so many days more are read again."""
    open_deals_reread: int = 1000
    """So many open deals are read again each pass: calculated counts (contacts) may change without a date moving."""
    threads: int = 4
    import_pipeline_rules: bool = False
    """Read the rules that the account set for its pipelines; HubSpot calls that endpoint a beta."""
    subjects: bool = False
    """Read what meetings, calls and e-mails are about, for a process that asks for words in it."""


RULES = OptionRules(
    {
        "overlap_minutes": Number(60, 0, 1440),
        "association_window_days": Number(3, 0, 365),
        "open_deals_reread": Number(1000, 0, 10_000),  # the search answers no more than 10,000
        "threads": Number(4, 1, 10),
        "requests_per_10_seconds": Number(100, 1, 10_000),
        "searches_per_second": Number(5, 0.1, 1000),
        "daily_reserve_percent": Number(10, 0, 90),
        "timeout_seconds": Number(60, 0.1, 600),
        "retry_seconds": Number(300, 0, 3600),
    },
    texts=("token_url", "refresh_token_file"),
    flags=("import_pipeline_rules", "subjects"),
)


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Limits and time limits of the HTTP session, as `options` of connections.yml may set them."""

    requests_per_10_seconds: int = 100
    searches_per_second: float = 5
    daily_reserve_share: float = 0.1
    timeout_seconds: float = 60
    retry_seconds: float = 300
    token_url: str | None = None
    refresh_token_file: str | None = None


def read_options(
    connection: str, given: Mapping[str, Any], *, properties: tuple[str, ...] = ()
) -> tuple[HubSpotOptions, SessionOptions]:
    """The options of a connection. Raises BadInput that names every wrong entry."""
    number = RULES.read_numbers(connection, given)
    reading = HubSpotOptions(
        properties=properties,
        history_properties=properties,
        overlap=timedelta(minutes=number["overlap_minutes"]),
        association_window=timedelta(days=number["association_window_days"]),
        open_deals_reread=int(number["open_deals_reread"]),
        threads=int(number["threads"]),
        import_pipeline_rules=bool(given.get("import_pipeline_rules", False)),
        subjects=bool(given.get("subjects", False)),
    )
    session = SessionOptions(
        requests_per_10_seconds=int(number["requests_per_10_seconds"]),
        searches_per_second=number["searches_per_second"],
        daily_reserve_share=number["daily_reserve_percent"] / 100,
        timeout_seconds=number["timeout_seconds"],
        retry_seconds=number["retry_seconds"],
        token_url=given.get("token_url"),
        refresh_token_file=given.get("refresh_token_file"),
    )
    return reading, session


def option_faults(given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each option, by its name; empty when all is well."""
    return RULES.faults(given)
