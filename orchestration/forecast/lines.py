"""A forecast as lines of text for a terminal. What is told is telling.py's, the words are words.py's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from orchestration.deal.words import when
from orchestration.forecast import words
from orchestration.forecast.parts import Forecast, Period


def lines(forecast: Forecast) -> Iterator[str]:
    """The whole of it: what goes first is what a reader must not miss."""
    yield from _head(forecast)
    for place, period in enumerate(forecast.periods):
        yield ""
        yield from _period(period, is_current=place == 0)
    if forecast.changes:
        yield ""
        total = sum((change.amount for change in forecast.changes), Decimal(0))
        yield f"Why this period's figure moved since the night before ({total:+,.2f})"
        yield from _columns([(change.words, f"{change.amount:+,.2f}", "") for change in forecast.changes])
    yield ""
    yield from _trust(forecast)


def _head(forecast: Forecast) -> Iterator[str]:
    who = "" if forecast.level == "company" else f" of {forecast.level} {forecast.name}"
    as_of = f", as of {when(forecast.as_of)} UTC" if forecast.as_of else ""
    yield f"Forecast{who}: deals of type {forecast.deal_type}, in {forecast.currency}{as_of}"
    if forecast.a_baseline_wins:
        yield f"! {forecast.a_baseline_wins}"
    learnt = f" ({forecast.wins_in_history:,} wins to learn from)" if forecast.wins_in_history is not None else ""
    yield f"Made {forecast.mode_words}{learnt}." if forecast.mode != "none" else f"{forecast.mode_words}{learnt}."
    if not forecast.periods:
        yield "No period lies ahead of which anything could be said."


def _period(period: Period, *, is_current: bool) -> Iterator[str]:
    name = "This period" if is_current else "Then"
    yield f"{name}: {period.start} to {period.end}, {_deals(period.open_deals)}"
    if period.mode == "none":
        told = [
            ("won so far", _money(period.booked), ""),
            ("weighted pipeline, untested", _money(period.weighted_pipeline), ""),
        ]
    else:
        interval = (
            f"between {_money(period.low)} and {_money(period.high)} in 8 of 10 cases"
            if period.low is not None and period.high is not None
            else "no interval"
        )
        told = [
            ("won so far", _money(period.booked), ""),
            ("from open deals", _money(period.from_open_deals), ""),
            ("from deals still to come", _money(period.from_deals_to_come), ""),
            ("expected in all", _money(period.expected), interval),
        ]
    told += [
        (f"  or {name}", _money(amount), "")
        for name, amount in words.rivals(period)
        if not (period.mode == "none" and amount == period.booked)
    ]
    if period.target is not None:
        reached = (period.booked if period.expected is None else period.expected) / period.target
        told.append(
            (
                "target",
                _money(period.target),
                f"{reached:.0%} of it is {'expected' if period.expected is not None else 'won'}",
            )
        )
    yield from _columns(told)
    for remark in period.remarks:
        yield f"  note: {remark}"


def _trust(forecast: Forecast) -> Iterator[str]:
    yield "How far to trust it"
    if not forecast.scores:
        yield "  Nothing can be said yet: there is no closed window to try it on."
    for score in forecast.scores:
        yield f"  {score.sentence}"
        if score.intervals_held is not None:
            yield f"    the interval held in {score.intervals_held:.0%} of {score.windows} windows (80% are promised)"
    if forecast.kept is None:
        yield "  No published forecast has come due yet."
        return
    kept = forecast.kept
    held = f"; the interval held in {kept.intervals_held} of {kept.intervals}" if kept.intervals else ""
    yield f"  {kept.forecasts:,} published forecasts have come due{held}."
    if kept.mean_error is not None and kept.mean_error_of_weighted_pipeline is not None:
        theirs = f"{kept.mean_error_of_weighted_pipeline:,.2f}"
        yield f"    they missed by {kept.mean_error:,.2f} on average, the weighted pipeline by {theirs}"


def _deals(count: int) -> str:
    return "1 open deal" if count == 1 else f"{count:,} open deals"


def _money(amount: Decimal | None) -> str:
    return "not known" if amount is None else f"{amount:,.2f}"


def _columns(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    wide = max(len(name) for name, _, _ in rows)
    long = max(len(amount) for _, amount, _ in rows)
    yield from (f"  {name.ljust(wide)}  {amount.rjust(long)}  {more}".rstrip() for name, amount, more in rows)
