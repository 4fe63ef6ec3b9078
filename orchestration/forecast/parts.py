"""The parts of a forecast as it is told.

Only the structure belongs here; it is what `plumbline forecast --json` gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """What one month or fiscal quarter is expected to bring. `end` is its last day; `remarks` say what to beware of."""

    start: date
    end: date
    booked: Decimal
    from_open_deals: Decimal | None
    from_deals_to_come: Decimal | None
    expected: Decimal | None
    low: Decimal | None
    high: Decimal | None
    weighted_pipeline: Decimal | None
    bias_corrected: Decimal | None
    run_rate: Decimal | None
    open_deals: int
    target: Decimal | None
    mode: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Why the number of the current period moved since the night before."""

    cause: str
    words: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """How the methods did on the company's own past, so many days ahead. `errors`: method -> share of what was won."""

    days_ahead: int | None
    windows: int
    independent_windows: int
    verdict: str
    sentence: str
    least_wrong: str | None
    errors: dict[str, float | None]
    intervals_held: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """How the forecasts that were published did, of periods that are over."""

    forecasts: int
    intervals: int
    intervals_held: int
    mean_error: Decimal | None
    mean_error_of_weighted_pipeline: Decimal | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """All that is told of one deal type. Periods begin with the current one."""

    deal_type: str
    level: str
    name: str
    currency: str
    as_of: datetime | None
    wins_in_history: int | None
    mode: str
    mode_words: str
    a_baseline_wins: str | None
    periods: tuple[Period, ...]
    changes: tuple[Change, ...]
    scores: tuple[Score, ...]
    kept: Kept | None
