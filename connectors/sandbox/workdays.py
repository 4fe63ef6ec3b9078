"""The company's calendar: working days (Monday to Friday) in Europe/Berlin, as milliseconds since 1970 in UTC.

Stories are told in working days and minutes of the local day; nothing here knows deals. Clocks change on Sundays,
so a working day's minutes can be counted from its midnight without asking the time zone again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

TIME_ZONE = "Europe/Berlin"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SATURDAY = 5


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware moment."""
    return int(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """The aware UTC moment of milliseconds since 1970, exactly."""
    return datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)


class Workdays:
    """Working days numbered from 0 (about four years before `now`) to `last`, the last one that is wholly past."""

    def __init__(self, now: datetime) -> None:
        zone = ZoneInfo(TIME_ZONE)
        self.now = to_ms(now)
        today = now.astimezone(zone).date()
        days = [today - timedelta(days=back) for back in range(4 * 365, 0, -1)]
        working = [day for day in days if day.weekday() < SATURDAY]
        self._midnights = [to_ms(datetime(d.year, d.month, d.day, tzinfo=zone)) for d in working]
        self.last = len(working) - 1

    def at(self, day: int, minute: int) -> int:
        """The moment `minute` minutes into working day number `day`."""
        return self._midnights[day] + minute * MINUTE

    def noon_utc(self, day: int, plus_days: int = 0) -> int:
        """About noon of a working day plus calendar days: what a date without time looks like in a date field."""
        midnight_utc = (self._midnights[day] + 12 * HOUR) // DAY * DAY
        return midnight_utc + 12 * HOUR + plus_days * DAY
