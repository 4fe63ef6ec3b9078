"""How HubSpot writes things: times, ids, sources of changes, scopes. Pure functions, no state."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from connectors.sandbox.model import Actor, Entry
from connectors.sandbox.people import Person
from connectors.sandbox.plots_apart import DEAL_ID_BASE
from connectors.sandbox.workdays import DAY

SLOTS: Final = 64
"""Objects of one kind that a deal can have; ids are base + deal number * SLOTS + place, so they never collide."""

BASE: Final = {
    "deals": DEAL_ID_BASE,
    "meetings": 3_100_000_000_000,
    "calls": 3_200_000_000_000,
    "emails": 3_300_000_000_000,
    "quotes": 3_400_000_000_000,
    "line_items": 3_500_000_000_000,
    "contacts": 3_600_000_000_000,
}
SINGULAR: Final = {
    "deals": "deal",
    "meetings": "meeting",
    "calls": "call",
    "emails": "email",
    "quotes": "quote",
    "line_items": "line_item",
    "contacts": "contact",
}
PLURAL: Final = {word: kind for kind, word in SINGULAR.items()}
TYPE_IDS: Final = {
    "0-3": "deals",
    "0-47": "meetings",
    "0-48": "calls",
    "0-49": "emails",
    "0-14": "quotes",
    "0-8": "line_items",
}
SCOPES: Final = {
    "deals": "crm.objects.deals.read",
    "contacts": "crm.objects.contacts.read",
    "meetings": "crm.objects.contacts.read",
    "calls": "crm.objects.contacts.read",
    "emails": "sales-email-read",
    "quotes": "crm.objects.quotes.read",
    "line_items": "crm.objects.line_items.read",
    "owners": "crm.objects.owners.read",
    "pipelines": "crm.objects.deals.read",
    "pipeline_rules": "crm-pipelines-governance-read",
}
SOURCES: Final[dict[Actor, tuple[str, str | None]]] = {
    "person": ("CRM_UI", None),
    "integration": ("INTEGRATION", "1160452"),
    "import": ("IMPORT", "68239871"),
    "workflow": ("AUTOMATION_PLATFORM", "enrollmentId:915540024;actionExecutionIndex:0"),
    "system": ("CALCULATED", None),
    "merge": ("MERGE_OBJECTS", None),
}


@lru_cache(maxsize=8192)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY // 1000, UTC).strftime("%Y-%m-%dT")


def iso(ms: int) -> str:
    """A moment as HubSpot writes it: milliseconds only where there are some."""
    day, rest = divmod(ms, DAY)
    seconds, milli = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    tail = f".{milli:03d}Z" if milli else "Z"
    return f"{_date(day)}{hour:02d}:{minute:02d}:{second:02d}{tail}"


def shown(name: str, value: str) -> str:
    """A field's value as text: stories keep close dates as milliseconds, HubSpot writes them as moments."""
    if name == "closedate" and value.isdigit():
        return iso(int(value))
    return value


def history(name: str, entries: list[Entry], person: Person) -> list[dict[str, Any]]:
    """A field's history, newest first."""
    return [
        {
            "value": shown(name, entry.value),
            "timestamp": iso(entry.at),
            "sourceType": SOURCES[entry.actor][0],
            "sourceId": f"userId:{person.user_id}" if entry.actor == "person" else SOURCES[entry.actor][1],
            "sourceLabel": None,
            "updatedByUserId": person.user_id if entry.actor == "person" else None,
        }
        for entry in reversed(entries)
    ]


def object_id(kind: str, index: int, place: int = 0) -> int:
    """The id of the `place`-th object of this kind of deal number `index`."""
    return BASE[kind] + (index if kind == "deals" else index * SLOTS + place)


def locate(kind: str, identifier: int) -> tuple[int, int]:
    """The deal number and place that an id stands for."""
    offset = identifier - BASE[kind]
    return (offset, 0) if kind == "deals" else divmod(offset, SLOTS)
