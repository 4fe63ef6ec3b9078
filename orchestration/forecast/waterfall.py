"""Where the pipeline of a period went: from what it began with to what it ended with, or has tonight."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate, pairwise

from orchestration.forecast.parts import Forecast
from orchestration.forecast.rows import ForecastRows
from orchestration.forecast.svg import AMBER, BLUE, GREEN, GREY, INK, RED, SOFT, Drawing, short, ticks

STEPS: tuple[tuple[str, str], ...] = (
    ("start_amount", "at first"), ("new_amount", "new"), ("reopened_amount", "reopened"), ("owners_amount", "owners"),
    ("pulled_in_amount", "pulled in"), ("amount_changes", "amounts"), ("slipped_amount", "slipped"),
    ("won_amount", "won"), ("lost_amount", "lost"), ("end_amount", "at last"),
)  # fmt: skip
"""A waterfall's columns in the order in which they are drawn."""


def waterfall(forecast: Forecast, rows: ForecastRows) -> Drawing | None:
    """From the pipeline that a period began with to the one that it ended with, or has now."""
    told = rows.parts.get("waterfalls", [])
    wanted = forecast.periods[0].start if forecast.periods else None
    row = next((one for one in told if one["period_start"] == wanted), told[-1] if told else None)
    if row is None:
        return None
    amounts = [(label, float(row[name] or 0)) for name, label in STEPS]
    levels = list(accumulate(amount for _, amount in amounts[:-1]))
    scale = ticks(min(0.0, *levels), max(1.0, *levels, amounts[-1][1]))
    last_day = row["period_end"] - timedelta(days=1)
    drawing = Drawing(
        f"Where the pipeline of {row['period_start']} to {last_day} went: {rows.deal_type}",
        f"Open deals expected in the period, {rows.level_id or 'the company'}, in {forecast.currency}"
        + ("" if row["is_over"] else "; the last column is tonight"),
        (0, len(amounts)), (scale[0], scale[-1]),
    )  # fmt: skip
    drawing.rule(scale, [short(tick) for tick in scale])
    for place, (label, amount) in enumerate(amounts):
        whole = place in (0, len(amounts) - 1)
        low = 0.0 if whole else levels[place - 1]
        colour = BLUE if whole else GREEN if amount >= 0 else AMBER if label == "slipped" else RED
        colour = INK if label == "won" else colour
        drawing.bar((place + 0.15, low), (place + 0.85, low + amount), colour, f"{label}: {amount:+,.2f}")
        drawing.words((place + 0.5, max(low, low + amount)), short(amount), shift=(0, -6), size=11)
        drawing.words((place + 0.5, scale[0]), label, colour=SOFT, shift=(0, 20))
    for place, (level, _) in enumerate(pairwise([*levels, amounts[-1][1]])):
        drawing.line([(place + 0.85, level), (place + 1.15, level)], GREY, wide=1)
    return drawing
