"""Whether a step and the one that it must not share its doer with were done by different people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.reference.days import Days
from tests.reference.path import Visit
from tests.reference.process import Step, Term
from tests.reference.proofs import matches_activity, matches_contact, matches_document, says_so
from tests.reference.rows import Deal

Act = tuple["Doer", datetime | None, str, datetime | None]
"""Who, when, how exactly that is known, and when the CRM got to know it."""
MACHINES = ("integration", "import", "workflow")


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did something: nobody that is known (`name` None), a user of the CRM, or one of its owners by name."""

    name: str | None
    is_named: bool = False


def four_eyes(deal: Deal, path: list[Visit], step: Step, other: Step, days: Days) -> str | None:
    """ok, violated or unknown, over all acts of both steps; None while one of them was not done at all."""
    ours, theirs = set(_doers(deal, path, step, days)), set(_doers(deal, path, other, days))
    if not ours or not theirs:
        return None
    if {doer.name for doer in ours} & {doer.name for doer in theirs} - {None}:
        return "violated"
    return "ok" if all(doer.is_named for doer in ours | theirs) else "unknown"


def _doers(deal: Deal, path: list[Visit], step: Step, days: Days) -> Iterator[Doer]:
    """Of every record that proves a part of the step, also of one that came too late or once more."""
    for terms in step.alternatives:
        for term in terms:
            for doer, at, precision, recorded_at in _acts(deal, path, step, term):
                is_ahead = at is not None and days.seen(at, precision).at > deal.judged_at
                if not is_ahead and (recorded_at or deal.judged_at) <= deal.judged_at:
                    yield doer


def _acts(deal: Deal, path: list[Visit], step: Step, term: Term) -> Iterable[Act]:
    if term.kind == "activity":
        starts = step.clock == "start"
        return [(_owner(a.owner_key), (starts and a.started_at) or a.occurred_at, a.precision, a.recorded_at)
                for a in deal.activities if matches_activity(term, a, best=False)]  # fmt: skip
    if term.kind == "document":
        return [(_owner(d.owner_key), d.occurred_at, "exact", d.recorded_at)
                for d in deal.documents if matches_document(term, d, best=False)]  # fmt: skip
    if term.kind == "contact":
        return [(Doer(None), c.added_at, c.precision, None) for c in deal.contacts if matches_contact(term, c)]
    if term.kind == "field":
        return [(_user(f.actor_id, f.actor_kind), f.changed_at, f.precision, f.recorded_at)
                for f in deal.field_changes if says_so(term, f)]  # fmt: skip
    return [(_user(v.actor_id, v.actor_kind), v.entered_at, "exact", None)
            for v in path if term.kind == "stage" and v.stage_key == term.stage_key]  # fmt: skip


def _owner(key: str | None) -> Doer:
    return Doer(key, key is not None)


def _user(actor_id: str | None, kind: str) -> Doer:
    return Doer(None if actor_id is None or kind in MACHINES else f"user {actor_id}")
