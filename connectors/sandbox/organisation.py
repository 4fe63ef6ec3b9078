"""The simulated sales organisation: its deals, its people, and the truth about both.

    organisation = Organisation(seed=7, deals=500)
    for deal in organisation.truth(): ...

Any size works without holding it in memory: deal i is told anew from (seed, i) whenever somebody asks. How a CRM
shows it stands in `hubspot/`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from connectors.sandbox.casting import tell
from connectors.sandbox.model import DealTruth, MoveTruth, Story, VisitTruth, Whereabouts
from connectors.sandbox.people import Crew
from connectors.sandbox.plots_apart import deal_id
from connectors.sandbox.workdays import Workdays, from_ms

DEFAULT_NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
SMALLEST = 1


@dataclass(slots=True)
class Summary:
    """Counts as the stories state them: per plot, per whereabouts, and per step and state among judged deals."""

    deals: int = 0
    plots: Counter[str] = field(default_factory=Counter)
    whereabouts: Counter[str] = field(default_factory=Counter)
    states: dict[str, Counter[str]] = field(default_factory=dict)
    due: int = 0
    ok: int = 0
    objects: Counter[str] = field(default_factory=Counter)


class Organisation:
    """`deals` deals as they stand at `now` (aware), every one with its story and verdict. Immutable."""

    def __init__(self, seed: int, deals: int, now: datetime = DEFAULT_NOW) -> None:
        if deals < SMALLEST:
            raise ValueError(f"an organisation needs at least {SMALLEST} deal, not {deals}")
        if now.tzinfo is None:
            raise ValueError(f"now={now.isoformat()} has no time zone; give an aware moment, e.g. with tzinfo=UTC")
        self.seed, self.deals, self.now = seed, deals, now
        self.days = Workdays(now)
        self.crew = Crew(deals)

    def story(self, index: int) -> Story:
        """The story of deal number `index` (0 to deals-1)."""
        return tell(self.seed, index, self.deals, self.days, self.crew)

    def stories(self) -> Iterator[Story]:
        """All stories in the order of their ids."""
        for index in range(self.deals):
            yield self.story(index)

    def truth(self) -> Iterator[DealTruth]:
        """The truth about every deal, also about those that the CRM no longer shows."""
        for story in self.stories():
            yield truth_of(story, self.crew)

    def summary(self) -> Summary:
        """Counts over the whole truth; `objects` are the live rows that the CRM shows of each kind."""
        total = Summary()
        for story in self.stories():
            count(total, truth_of(story, self.crew), story)
        return total


def whereabouts(story: Story) -> Whereabouts:
    """Whether the CRM shows the deal, keeps it as archived, or answers with its survivor."""
    if story.merged_into is not None:
        return "gone" if story.merged_into == story.index else "merged_away"
    return "archived" if story.archived_at is not None else "live"


def count(total: Summary, truth: DealTruth, story: Story) -> None:
    """Add one deal to the counts."""
    total.deals += 1
    total.plots[truth.plot] += 1
    total.whereabouts[truth.whereabouts] += 1
    if truth.whereabouts != "merged_away":
        for activity in story.activities:
            total.objects[f"{activity.kind}s"] += 1
        for document in story.documents:
            total.objects[f"{document.kind}s"] += 1
    if truth.whereabouts == "live":
        total.objects["deals"] += 1
    if truth.steps is None:
        return
    for step, state in truth.steps.items():
        total.states.setdefault(step, Counter())[state] += 1
    total.due += len(truth.due)
    total.ok += sum(truth.steps[step] in ("done", "done_in_grace") for step in truth.due)


def truth_of(story: Story, crew: Crew) -> DealTruth:
    """A story's truth in public words: aware moments, decimal money, the CRM's ids."""
    owner = crew.everybody[story.owner]
    raw = story.value("amount")
    stage = story.visits[-1].stage_key
    status: Literal["open", "won", "lost"] = "open"
    if stage in ("won", "lost"):
        status = "won" if stage == "won" else "lost"
    return DealTruth(
        deal_id=deal_id(story.index),
        plot=story.plot,
        steps=story.steps,
        due=frozenset(story.due),
        visits=tuple(
            VisitTruth(v.stage_key, from_ms(v.entered), None if v.left is None else from_ms(v.left))
            for v in story.visits
        ),
        visits_certain=story.visits_certain,
        moves=tuple(MoveTruth(m.kind, from_ms(m.at), m.from_stage, m.to_stage, m.actor) for m in story.moves),
        status=status,
        stage_key=stage,
        whereabouts=whereabouts(story),
        is_judged=story.unjudged_reason is None,
        unjudged_reason=story.unjudged_reason,
        merged_into=None if story.merged_into in (None, story.index) else deal_id(story.merged_into or 0),
        merged_at=None if story.merged_at is None else from_ms(story.merged_at),
        amount=Decimal(raw) if raw else None,
        currency=story.currency,
        deal_type=story.deal_type,
        owner_id=owner.owner_id,
        owner_email=owner.email,
        created_at=from_ms(story.created),
    )
