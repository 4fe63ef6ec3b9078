"""How a forecast is worded: modes, causes, rivals and reservations, as somebody says them who wants to be believed.

Only words belong here. Where a baseline was better it is said first; "not proven" is never dressed up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from orchestration.forecast.parts import Period

METHODS: Mapping[str, str] = {
    "chain": "this forecast",
    "weighted_pipeline": "weighted pipeline",
    "bias_corrected": "weighted pipeline, corrected by its own past",
    "run_rate": "run-rate",
}
"""The scorecard's methods."""

BASELINES = tuple(METHODS)[1:]

CAUSES: Mapping[str, str] = {
    "won": "deals won",
    "lost": "deals lost",
    "slipped": "time that passed without the win",
    "ageing": "deals that grew older in their stage",
    "stage_move": "deals that changed stage",
    "amount": "amounts that changed",
    "new": "new deals",
    "gone": "deals no longer there",
    "new_business": "deals still to come",
    "model": "what was learnt from what happened since",
}
_MODES: Mapping[str, str] = {
    "stage_chain": "from the deals' own way through the stages: what became of deals that stood there so long",
    "single_state": "from the deals' age alone, because most stage changes are not on record",
    "none": "NO FORECAST: too few wins or too short a history; the weighted pipeline stands here, untested",
}
_REMARKS: Mapping[str, str] = {
    "no_history": "too little history for a forecast",
    "losses_missing": "no lost deal is on record, so no share of won deals can be trusted",
    "new_business_unknown": "deals still to come are not counted: no stretch of time this long lies behind",
    "amounts_missing": "some open deals have no amount and count as nothing",
    "amounts_negative": "some open deals have a negative amount and count against the others",
    "dates_overdue": "every close date is past, so the weighted pipeline counts none of the deals",
    "one_deal": "one deal makes half of what open deals are expected to bring",
    "interval_few_windows": "the interval rests on what is usual: too few windows have closed to measure it",
    "interval_wide": "the interval is so wide that the figure alone says little",
}
_VERDICTS: Mapping[str, str] = {
    "better": "better than all three baselines",
    "worse": "worse than a baseline",
    "not_proven": "not proven to be better than all three baselines",
}


def rivals(period: Period) -> Iterator[tuple[str, Decimal]]:
    """What the baselines make of the whole period, each with its name; those that have a figure."""
    for name, open_deals in (
        ("weighted pipeline", period.weighted_pipeline),
        ("weighted, corrected", period.bias_corrected),
    ):
        if open_deals is not None:
            yield f"won + {name}", period.booked + open_deals
    if period.run_rate is not None:
        yield "run-rate", period.run_rate


def mode(key: str) -> str:
    """What the forecast is made from."""
    return _MODES.get(key, key.replace("_", " "))


def verdict(key: str) -> str:
    """The scorecard's verdict."""
    return _VERDICTS.get(key, key.replace("_", " "))


def remarks(flag: str | None) -> tuple[str, ...]:
    """What the warehouse flags about a number."""
    return tuple(_REMARKS.get(part, part.replace("_", " ")) for part in re.split(r"[\s,;]+", flag or "") if part)


def ahead(days: int | None) -> str:
    """How far ahead was looked, after a comma; nothing where an older publication does not tell."""
    return "" if days is None else f", {days} {'day' if days == 1 else 'days'} ahead"


def baseline_wins(method: str, days: int | None) -> str:
    """Said before everything else."""
    return (
        f"On your own history{ahead(days)}, the {METHODS.get(method, method)} missed by less than this forecast. "
        "Trust it rather than this."
    )
