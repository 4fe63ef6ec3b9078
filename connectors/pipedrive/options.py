"""What can be set for one Pipedrive connection, and reading it from the `options` of connections.yml.

Here belong names, defaults and limits of the settings. The generic entries of a connection are connectors.settings'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connectors.entries import Number, OptionRules

HISTORIES = ("moved", "changed", "all")


@dataclass(frozen=True, slots=True)
class PipedriveOptions:
    """What is read beyond the lists, and how far increments look back."""

    fields: tuple[str, ...] = ()
    """Deal fields that the process names: keys of custom fields (40 hex digits) or Pipedrive's own names."""
    history: str = "moved"
    """Whose changelog is read: of deals that moved, were closed or were born beyond the first stage; of all that were
    changed since they were made; or of all."""
    guard_share: float = 0.01
    """So many of the deals that claim never to have moved are asked all the same."""
    subjects: bool = False
    """Keep what activities are about, for a process that asks for words in it; of e-mails never."""
    mails: bool = True
    participants: bool = True
    products: bool = True
    overlap: timedelta = timedelta(minutes=30)
    recount_days: int = 7
    """Activities that leave no trace when they are deleted are looked for every so many days; 0: never."""
    threads: int = 6


_FLAGS = ("mails", "participants", "products")
RULES = OptionRules(
    {
        "guard_percent": Number(1, 0, 100),
        "overlap_minutes": Number(30, 0, 1440),
        "recount_days": Number(7, 0, 365),
        "threads": Number(6, 1, 8),
        "requests_per_2_seconds": Number(20, 1, 10_000),
        "daily_reserve_percent": Number(30, 0, 90),
        "daily_tokens": Number(0, 0, 100_000_000),
        "timeout_seconds": Number(60, 0.1, 600),
        "retry_seconds": Number(300, 0, 3600),
    },
    texts=("token_url", "refresh_token_file"),
    flags=(*_FLAGS, "subjects"),
    choices={"history": HISTORIES},
)


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Limits of calls, tokens and time. `daily_tokens` None: only what the account itself says."""

    requests_per_2_seconds: int = 20
    daily_reserve_share: float = 0.3
    daily_tokens: int | None = None
    timeout_seconds: float = 60
    retry_seconds: float = 300
    token_url: str | None = None
    refresh_token_file: str | None = None


def read_options(
    connection: str, given: Mapping[str, Any], *, fields: tuple[str, ...] = ()
) -> tuple[PipedriveOptions, SessionOptions]:
    """The options of a connection. Raises BadInput that names every wrong entry."""
    number = RULES.read_numbers(connection, given)
    flags = {name: bool(given.get(name, True)) for name in _FLAGS}
    reading = PipedriveOptions(
        fields=fields,
        history=str(given.get("history", "moved")),
        guard_share=number["guard_percent"] / 100,
        overlap=timedelta(minutes=number["overlap_minutes"]),
        recount_days=int(number["recount_days"]),
        threads=int(number["threads"]),
        subjects=bool(given.get("subjects", False)),
        **flags,
    )
    session = SessionOptions(
        requests_per_2_seconds=int(number["requests_per_2_seconds"]),
        daily_reserve_share=number["daily_reserve_percent"] / 100,
        daily_tokens=int(number["daily_tokens"]) or None,
        timeout_seconds=number["timeout_seconds"],
        retry_seconds=number["retry_seconds"],
        token_url=given.get("token_url"),
        refresh_token_file=given.get("refresh_token_file"),
    )
    return reading, session


def option_faults(given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each option, by its name; empty when all is well."""
    return RULES.faults(given)
