"""The fan of a period: what was won in it so far, and between which amounts it will end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from orchestration.deal.words import when
from orchestration.forecast.parts import Forecast, Period
from orchestration.forecast.rows import ForecastRows, Row
from orchestration.forecast.svg import BLUE, GREEN, GREY, INK, SKY, SOFT, Drawing, Point, short, ticks
from orchestration.forecast.words import rivals


def fan(forecast: Forecast, rows: ForecastRows, zone: ZoneInfo) -> Drawing | None:
    """What was won in the period so far, and between which amounts it will end."""
    if not forecast.periods or forecast.as_of is None:
        return None
    period = forecast.periods[0]
    days = (period.end - period.start).days + 1
    now = min(max((forecast.as_of.date() - period.start).days, 0), days)
    won = list(_won(rows.parts.get("wins", []), period, zone)) if rows.level != "team" else []
    booked = float(period.booked)
    ends = [float(one) for one in (period.low, period.high, period.expected, period.target) if one is not None]
    others = [(name, float(amount)) for name, amount in rivals(period)]
    scale = ticks(0, max([booked, *ends, *(amount for _, amount in others), *(amount for _, amount in won), 1.0]))
    drawing = Drawing(
        f"{period.start} to {period.end}: {rows.deal_type}, {rows.level_id or 'the company'}, in {forecast.currency}",
        f"What was won, and what the period will end with, as of {when(forecast.as_of)} UTC"
        + (" (no forecast: too little history)" if period.mode == "none" else "; the band holds in 8 of 10 cases"),
        (0, days), (scale[0], scale[-1]), margins=(72, 230, 44, 96),
    )  # fmt: skip
    drawing.rule(scale, [short(tick) for tick in scale])
    for place in (0, days // 3, 2 * days // 3, days):
        day = min(period.start + timedelta(days=place), period.end)
        drawing.words((place, scale[0]), f"{day:%d %b}", colour=SOFT, shift=(0, 20))
    if period.low is not None and period.high is not None and period.expected is not None and now < days:
        middle, steps = float(period.expected), [n / 20 for n in range(21)]
        path = [(now + (days - now) * t, booked + (middle - booked) * t) for t in steps]
        # what is uncertain grows as the root of the time, as chance does; only the end is what the warehouse says
        upper = [(x, y + (float(period.high) - middle) * t**0.5) for (x, y), t in zip(path, steps, strict=True)]
        lower = [
            (x, max(booked, y - (middle - float(period.low)) * t**0.5)) for (x, y), t in zip(path, steps, strict=True)
        ]
        drawing.area([*upper, *reversed(lower)], SKY)
        drawing.line(path, BLUE, dashes="6 4")
    if won:
        drawing.line([*((x, y) for x, y in won if x <= now), (now, booked)], INK)
    drawing.dot((now, booked), INK, 4, f"won so far: {booked:,.2f}")
    _beside(drawing, days, [
        *((name, amount, GREY) for name, amount in others),
        *([("target", float(period.target), GREEN)] if period.target is not None else []),
        *([("expected", float(period.expected), BLUE)] if period.expected is not None else []),
    ])  # fmt: skip
    return drawing


def _beside(drawing: Drawing, days: float, marks: Sequence[tuple[str, float, str]]) -> None:
    """Marks on the right edge, with their words moved apart where they would cover each other."""
    ordered = sorted(marks, key=lambda mark: -mark[1])
    heights = [drawing.place((days, amount))[1] for _, amount, _ in ordered]
    for (name, amount, colour), height, moved in zip(ordered, heights, apart(heights, drawing.lowest), strict=True):
        drawing.line([(0.985 * days, amount), (days, amount)], colour, wide=3)
        drawing.words((days, amount), f"{name} {short(amount)}", colour=colour, anchor="start",
                      shift=(8, moved - height + 4))  # fmt: skip


def apart(heights: Sequence[float], lowest: float, line: float = 15) -> list[float]:
    """Places from the top down, a line of text apart at the least and none below `lowest` (in pixels)."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + line) if moved else height)
    return [min(place, lowest - line * (len(moved) - 1 - n)) for n, place in enumerate(moved)]


def _won(wins: Sequence[Row], period: Period, zone: ZoneInfo) -> Iterator[Point]:
    """Days since the period began, and what had been won by their end; a staircase."""
    days: dict[date, float] = {}
    for row in wins:
        day = row["closed_at"].replace(tzinfo=UTC).astimezone(zone).date()
        if period.start <= day <= period.end:
            days[day] = days.get(day, 0.0) + float(row["amount_home"] or 0)
    yield (0, 0)
    ordered = sorted(days)
    for day, total in zip(ordered, accumulate(days[day] for day in ordered), strict=True):
        place = (day - period.start).days
        yield (place, total - days[day])
        yield (place, total)
