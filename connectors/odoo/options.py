"""What can be set for one Odoo connection, and reading it from the `options` of connections.yml.

Here belong names, defaults and limits of the settings. The generic entries of a connection are connectors.settings'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from connectors.entries import Number, OptionRules

Protocol = Literal["auto", "jsonrpc", "json2"]
PROTOCOLS: tuple[Protocol, ...] = ("auto", "jsonrpc", "json2")


@dataclass(frozen=True, slots=True)
class OdooOptions:
    """How one Odoo is asked, and how far increments look back."""

    database: str | None = None
    """Needed where one server holds several."""
    protocol: Protocol = "auto"
    fields: tuple[str, ...] = ()
    """Fields of a lead that the process or the user needs beyond the standard ones."""
    subjects: bool = False
    """Read what messages and activities are about, for a process that asks for words in it."""
    overlap: timedelta = timedelta(minutes=60)
    """A row is stamped with the beginning of the transaction that wrote it, and shows at its end: an import that runs
    longer than this hides rows from an increment until the nightly count finds them."""
    page_size: int = 1000
    requests_per_10_seconds: float = 100
    timeout_seconds: float = 60
    retry_seconds: float = 300


RULES = OptionRules(
    {
        "overlap_minutes": Number(60, 0, 1440),
        "page_size": Number(1000, 1, 10_000),
        "requests_per_10_seconds": Number(100, 1, 10_000),
        "timeout_seconds": Number(60, 0.1, 600),
        "retry_seconds": Number(300, 0, 3600),
    },
    texts=("database",),
    flags=("subjects",),
    choices={"protocol": PROTOCOLS},
)


def read_options(connection: str, given: Mapping[str, Any], *, fields: tuple[str, ...] = ()) -> OdooOptions:
    """The options of a connection. Raises BadInput that names every wrong entry."""
    number = RULES.read_numbers(connection, given)
    return OdooOptions(
        database=given.get("database"),
        protocol=given.get("protocol", "auto"),
        fields=fields,
        subjects=bool(given.get("subjects", False)),
        overlap=timedelta(minutes=number["overlap_minutes"]),
        page_size=int(number["page_size"]),
        requests_per_10_seconds=number["requests_per_10_seconds"],
        timeout_seconds=number["timeout_seconds"],
        retry_seconds=number["retry_seconds"],
    )


def option_faults(given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each option, by its name; empty when all is well."""
    return RULES.faults(given)
