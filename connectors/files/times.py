"""Times as exports write them become ISO-8601 in UTC; what is no time stays the text it was, for staging to reject."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connectors.files.options import FilesOptions


def time_reader(options: FilesOptions) -> Callable[[str], str]:
    """A function from an export's text to ISO-8601 in UTC.

    A bare date stays one: it says the day and no more, and which instant that is belongs to staging.
    """
    zone = ZoneInfo(options.time_zone)
    formats = [(each, "%H" in each or "%I" in each or "%c" in each) for each in options.date_formats]

    def read(text: str) -> str:
        try:
            moment, has_time = _parse(text, formats)
            if not has_time:
                return moment.date().isoformat()
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone)
            return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
        except (ValueError, OverflowError):
            return text

    return read


def date_reader(options: FilesOptions) -> Callable[[str], str]:
    """A function from an export's text to the date as written there, whatever its zone: 2026-01-31."""
    formats = [(each, True) for each in options.date_formats]

    def read(text: str) -> str:
        try:
            return _parse(text, formats)[0].date().isoformat()
        except ValueError:
            return text

    return read


def _parse(text: str, formats: list[tuple[str, bool]]) -> tuple[datetime, bool]:
    for each, has_time in formats:
        try:
            return datetime.strptime(text, each), has_time  # noqa: DTZ007 - the zone is added where it is missing
        except ValueError:
            continue
    return datetime.fromisoformat(text), len(text) > len("2026-01-31")
