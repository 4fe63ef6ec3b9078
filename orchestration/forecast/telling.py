"""From rows to what is told: which periods, in which order, and what goes first.

Reading is rows.py's, wording words.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from orchestration.forecast import words
from orchestration.forecast.parts import Change, Forecast, Kept, Period, Score
from orchestration.forecast.rows import ForecastRows, Row

PERIODS = 3
"""The current one and two more; what lies further ahead is mostly deals to come."""


def tell(rows: ForecastRows, currency: str) -> Forecast:
    """The forecast of one deal type."""
    told = [row for row in rows.parts["periods"] if not _is_over(row)][:PERIODS]
    targets = {row["period_start"]: row["target_amount"] for row in rows.parts.get("targets", [])}
    first = told[0] if told else {}
    scores = _scores(rows.parts.get("scores", []))
    wins = [score for score in scores if score.least_wrong in words.BASELINES and score.windows]
    mode = str(first.get("mode") or "none")
    return Forecast(
        deal_type=rows.deal_type,
        level=rows.level,
        name=rows.level_id or rows.level,
        currency=currency,
        as_of=first.get("as_of"),
        wins_in_history=first.get("wins_in_history"),
        mode=mode,
        mode_words=words.mode(mode),
        a_baseline_wins=words.baseline_wins(str(wins[0].least_wrong), wins[0].days_ahead) if wins else None,
        periods=tuple(_period(row, targets.get(row["period_start"])) for row in told),
        changes=tuple(_changes(rows.parts.get("changes", []), first.get("period_start"))),
        scores=tuple(scores),
        kept=_kept(rows.parts.get("kept", [])),
    )


def _is_over(row: Row) -> bool:
    as_of = row.get("as_of")
    return as_of is not None and bool(row["period_end"] <= as_of.date())


def _period(row: Row, target: Decimal | None) -> Period:
    return Period(
        start=row["period_start"],
        end=row["period_end"] - timedelta(days=1),
        booked=_money(row.get("booked_to_date")) or Decimal(0),
        from_open_deals=_money(row.get("expected_open")),
        from_deals_to_come=_money(row.get("expected_new")),
        expected=_money(row.get("expected_total")),
        low=_money(row.get("p10")),
        high=_money(row.get("p90")),
        weighted_pipeline=_money(row.get("weighted_pipeline")),
        bias_corrected=_money(row.get("weighted_pipeline_bias_corrected")),
        run_rate=_money(row.get("run_rate")),
        open_deals=int(row.get("open_deals") or 0),
        target=target,
        mode=str(row.get("mode") or "none"),
        remarks=words.remarks(row.get("quality_flag")),
    )


def _changes(rows: Sequence[Row], period: date | None) -> list[Change]:
    return [
        Change(row["cause"], words.CAUSES.get(row["cause"], row["cause"].replace("_", " ")), row["amount"])
        for row in rows
        if row["period_start"] == period and row["amount"]
    ]


def _scores(rows: Sequence[Row]) -> list[Score]:
    """One for each horizon; a horizon without a row of ours has nothing to say."""
    ours = [row for row in rows if row["method"] == "chain"]
    return [
        Score(
            days_ahead=row.get("horizon_days"),
            windows=row["n_windows"],
            independent_windows=row["n_independent_windows"],
            verdict=str(row["verdict"]),
            sentence=row.get("sentence") or f"{words.verdict(str(row['verdict']))}.",
            least_wrong=row.get("least_wrong"),
            errors={other["method"]: other["wape"] for other in rows if other["horizon_steps"] == row["horizon_steps"]},
            intervals_held=row.get("coverage80"),
        )
        for row in ours
    ]


def _kept(rows: Sequence[Row]) -> Kept | None:
    if not rows or not rows[0]["forecasts"]:
        return None
    row = rows[0]
    return Kept(
        row["forecasts"], row["judged"], row["covered"], _money(row["error"]), _money(row["weighted_error"])
    )  # fmt: skip


def _money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))
