"""The company's days: when each begins and ends in UTC, and which are working days.

Only days belong here. What is due on them is said in process.yml and worked out by the dbt models.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from expectations.company import WEEKDAYS, Company

THE_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
"""Where what has no beginning begins."""
YEARS_BACK = 15
"""Exports of old systems reach far back, and a deadline on a day that is missing here could not be computed."""
YEARS_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the company. `ends_utc` is the first moment that no longer belongs to it."""

    day: date
    starts_utc: datetime
    ends_utc: datetime
    is_working_day: bool
    working_day_no: int


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of the day, aware, in UTC.

    Where clocks jump over midnight the day begins with the jump: Python reads a midnight that does not exist with the
    offset before the jump, which is that very moment. Where midnight comes twice, the first counts.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def company_days(company: Company, as_of: datetime) -> Iterator[Day]:
    """Every day from fifteen years before `as_of` to two years after it, whole years."""
    zone = company.zone
    local = as_of.astimezone(zone)
    first, last = date(local.year - YEARS_BACK, 1, 1), date(local.year + YEARS_AHEAD, 12, 31)
    holidays = frozenset(company.holidays)
    count, starts = 0, start_of_day(first, zone)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        ends = start_of_day(day + timedelta(days=1), zone)
        works = is_working_day(day, company.working_days, holidays)
        count += works
        yield Day(day, starts, ends, works, count)
        starts = ends


def is_working_day(day: date, working_days: Collection[str], holidays: Collection[date]) -> bool:
    """Whether the company works on that day."""
    return WEEKDAYS[day.weekday()] in working_days and day not in holidays
