"""Whether chances come true: what was given to deals of the past against the share of them that was won."""

from __future__ import annotations

from orchestration.forecast import words
from orchestration.forecast.rows import ForecastRows
from orchestration.forecast.svg import BLUE, GREY, RED, SOFT, Drawing


def calibration(rows: ForecastRows) -> Drawing | None:
    """The chances that were given against the share that was won; on the diagonal they came true."""
    told = rows.parts.get("calibration", [])
    if not told:
        return None
    steps = max(row["horizon_steps"] for row in told)
    points = [row for row in told if row["horizon_steps"] == steps and row["n"]]
    if not points:
        return None
    drawing = Drawing(
        f"Do its chances come true? {rows.deal_type}{words.ahead(points[0].get('horizon_days'))}",
        "The share that was won of deals given that chance, with 95 % bounds; red: it was off",
        (0, 1), (0, 1), width=560, height=580, margins=(92, 28, 64, 96),
    )  # fmt: skip
    scale = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    drawing.rule(scale, [f"{tick:.0%}" for tick in scale])
    for tick in scale:
        drawing.words((tick, 0), f"{tick:.0%}", colour=SOFT, shift=(0, 20))
    drawing.words((0.5, 0), "chance that was given", colour=SOFT, shift=(0, 40))
    drawing.words((0, 1), "won", colour=SOFT, anchor="end", shift=(-8, -12))
    drawing.line([(0, 0), (1, 1)], GREY, wide=1, dashes="4 4")
    most = max(row["n"] for row in points)
    for row in points:
        given, came = float(row["predicted_p"]), float(row["observed_p"])
        off = bool(row.get("prediction_is_off"))
        low, high = (row.get("wilson_lo"), row.get("wilson_hi"))
        if low is not None and high is not None:
            drawing.line(
                [(given, max(0.0, float(low))), (given, min(1.0, float(high)))], RED if off else BLUE, wide=1.5
            )
        size = 3 + 7 * (row["n"] / most) ** 0.5
        looks = f"of {row['n']:,} looks at {row.get('deals', row['n']):,} deals"
        drawing.dot((given, came), RED if off else BLUE, size, f"given {given:.0%}, won {came:.0%}, {looks}")
    return drawing
