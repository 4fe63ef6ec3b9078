"""The company's days, and moments that are known to the instant or only to the day.

A moment known to the day means the whole day of the company. The canonical tables keep it at midnight UTC of that day;
here it stands at the day's first moment by the company's clocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class When:
    """A moment; `by_day`: only its day is known."""

    at: datetime
    by_day: bool = False


@dataclass(frozen=True)
class Days:
    """The days of a company in a time zone, and which of them it works on."""

    zone: ZoneInfo
    is_working_day: Callable[[date], bool]

    def day(self, when: When) -> date:
        """The day of a moment."""
        return local_day(when.at, self.zone)

    def seen(self, at: datetime, precision: str) -> When:
        """A moment of the canonical tables with its precision."""
        return When(self.begins(at.date()), by_day=True) if precision == "day" else When(at)

    def not_after(self, one: When, other: When) -> bool:
        """Whether `one` lies before `other` or with it: as days where one of them is known to the day only."""
        if one.by_day or other.by_day:
            return self.day(one) <= self.day(other)
        return one.at <= other.at

    def begins(self, day: date) -> datetime:
        """The first moment of a day, naive UTC."""
        return first_moment(day, self.zone)

    def last_moment_after(self, when: When, working_days: int) -> When:
        """The last instant of the n-th working day after the day of `when`."""
        day, left = self.day(when), working_days
        while left:
            day += timedelta(days=1)
            left -= self.is_working_day(day)
        return When(self.begins(day + timedelta(days=1)) - INSTANT)


@lru_cache(maxsize=200_000)
def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day that the company's clocks show at a naive UTC moment."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


@lru_cache(maxsize=10_000)
def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of the company's day, naive UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
