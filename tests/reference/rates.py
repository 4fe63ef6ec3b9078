"""How much of what was due was kept: by company, team, rep, segment, stage, step and version, as a whole and by month.

Teams and reps are those of the moment at which the stage was left. A move by a machine says nothing about a rep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from tests.reference.days import Days
from tests.reference.judge import Judgement
from tests.reference.owners import owner_when, team_on
from tests.reference.rows import Deal
from tests.reference.verdicts import Verdict

Cell = tuple[str, str, str, date | None]
"""Cut, value, type of the deals, and the month (None: the whole)."""
COUNTS = ("due", "ok", "late", "missing", "backfilled", "unknown", "waived")
LEAST_OF_A_REP = 10
"""Of so few due a person has no rate."""


def rates(judged: Iterable[tuple[Deal, Judgement]], stages: dict[str, str], days: Days) -> dict[Cell, Counter[str]]:
    """What counts for each cell; `stages`: of each step."""
    found: dict[Cell, Counter[str]] = {}
    for deal, judgement in judged:
        for key, verdict in judgement.verdicts.items():
            if verdict.is_mandatory and (verdict.is_due or verdict.state in ("unknown", "waived")):
                for cut, value in _cuts(deal, judgement, key, stages[key], verdict, days):
                    for month in _months(verdict, days):
                        cell = found.setdefault((cut, value, deal.deal_type, month), Counter())
                        cell.update(due=verdict.is_due, ok=verdict.is_ok)
                        cell[verdict.state] += verdict.state in COUNTS
    return found


def bounds(cut: str, cell: Counter[str]) -> tuple[float, float] | None:
    """Every doubt against, and for; None where nothing was due, or too little to say something about a person."""
    if cell["due"] == 0 or (cut == "rep" and cell["due"] < LEAST_OF_A_REP):
        return None
    whole = cell["due"] + cell["unknown"]
    return cell["ok"] / whole, (cell["ok"] + cell["backfilled"] + cell["unknown"]) / whole


def _cuts(deal: Deal, judgement: Judgement, key: str, stage_key: str, verdict: Verdict,
          days: Days) -> Iterator[tuple[str, str]]:  # fmt: skip
    left = verdict.left
    owner = None if left is None else owner_when(deal, left, days)
    team = None if left is None or owner is None else team_on(owner, days.day(left))
    yield "company", "all"
    yield "team", "not known" if team is None else team.lower()
    yield "segment", deal.segment or "not known"
    yield "stage", stage_key
    yield "step", key
    yield "version", str(verdict.version)
    if owner is not None and verdict.left_by == "person":
        yield "rep", owner


def _months(verdict: Verdict, days: Days) -> Iterator[date | None]:
    yield None
    if verdict.left is not None:
        yield days.day(verdict.left).replace(day=1)
