"""Spans of time and dates as people write them in configuration: `2 days`, `1 working day`, `2026-01-31`.

Parsing and printing of them belong here; what they are used for doesn't.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

SECONDS_IN = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
SPAN = re.compile(r"(\d+)\s*(second|minute|hour|day|week)s?", re.IGNORECASE)
WORKING_DAYS = re.compile(r"(\d+)\s*working[ _-]?days?", re.IGNORECASE)
SPAN_PATTERN = r"^\d+ ?(seconds?|minutes?|hours?|days?|weeks?)$"
SPAN_HELP = "write a number and a unit, for example `60 seconds`, `4 hours` or `2 days`"
GRACE_HELP = "write `{working_days: 1}`, or a span such as `60 seconds` or `2 days`"
MOST_WORKING_DAYS = 60
LONGEST = 3660 * SECONDS_IN["day"]
"""Ten years: longer than any rule means, and a moment so much later can still be told."""


@dataclass(frozen=True, slots=True)
class Grace:
    """How long after leaving a stage a step may still be recorded: seconds, or whole working days. Never both."""

    seconds: int | None = None
    working_days: int | None = None

    def in_words(self) -> str:
        """For sentences: `1 working day`, `2 days`."""
        if self.working_days is not None:
            return f"{self.working_days} working day{'' if self.working_days == 1 else 's'}"
        return span_in_words(self.seconds or 0)


def parse_span(value: Any) -> int:
    """Seconds of a span. A bare number is refused: nobody could tell its unit."""
    match = SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"is not a span of time; {SPAN_HELP}")
    seconds = int(match[1]) * SECONDS_IN[match[2].lower()]
    if seconds > LONGEST:
        raise ValueError("is longer than ten years; write a shorter time")
    return seconds


def parse_grace(value: Any) -> Grace:
    """Grace from `{working_days: 1}`, `1 working day` or a span."""
    if isinstance(value, Grace):
        return value
    days: Any = None
    if isinstance(value, dict) and set(value) == {"working_days"}:
        days = value["working_days"]
    elif isinstance(value, str) and (match := WORKING_DAYS.fullmatch(value.strip())):
        days = int(match[1])
    elif isinstance(value, str) and SPAN.fullmatch(value.strip()):
        return Grace(seconds=parse_span(value))
    if isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MOST_WORKING_DAYS:
        return Grace(working_days=days)
    raise ValueError(f"is not a span of time; {GRACE_HELP} (1 to {MOST_WORKING_DAYS} working days)")


def _as_date(value: Any) -> Any:
    """A number is no date: `20260131` would be a day of 1970, counted in seconds."""
    if not isinstance(value, date) and "-" not in str(value)[1:]:
        raise ValueError("is not a date like 2026-01-31; write a date like 2026-01-31")
    return value


def span_in_words(seconds: int) -> str:
    """The largest unit that divides the span: `2 days`, `90 minutes`."""
    if seconds == 0:
        return "no time"
    for unit, size in reversed(SECONDS_IN.items()):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise ValueError(f"a span of {seconds} seconds has no whole unit")


DateField = Annotated[date, BeforeValidator(_as_date)]
Span = Annotated[
    int,
    BeforeValidator(parse_span),
    WithJsonSchema({"type": "string", "pattern": SPAN_PATTERN, "examples": ["60 seconds", "5 minutes", "2 days"]}),
]
GraceField = Annotated[
    Grace,
    BeforeValidator(parse_grace),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {"working_days": {"type": "integer", "minimum": 1, "maximum": MOST_WORKING_DAYS}},
                    "required": ["working_days"],
                    "additionalProperties": False,
                },
                {"type": "string", "pattern": r"^\d+ ?(seconds?|minutes?|hours?|days?|weeks?|working days?)$"},
            ]
        }
    ),
]
