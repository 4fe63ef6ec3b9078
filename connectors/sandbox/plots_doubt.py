"""Stories of which the CRM keeps only a part: the verdict is `unknown` exactly where the evidence is withheld."""

from __future__ import annotations

from typing import Final

from connectors.sandbox.evidence import Decisions, lay_out
from connectors.sandbox.model import Visit
from connectors.sandbox.plots_usual import Plot, walk
from connectors.sandbox.stock import STAGES, UNMAPPED_STAGE
from connectors.sandbox.telling import Telling


def truncated_history(t: Telling) -> None:
    """The stage history begins in Propose, weeks after the deal was created."""
    t.march("won" if t.chance(0.6) else "open", 3)
    lay_out(t, Decisions(amount="ok" if t.chance(0.7) else "late"))
    story = t.story
    story.first_shown = t.gate[1]
    story.visits = [visit for visit in story.visits if story.first_shown and visit.entered >= story.first_shown]
    t.blur("qualify", "develop")


def no_history(t: Telling) -> None:
    """No stage history at all: only where the deal stands now is known."""
    won = t.chance(0.4)
    upto = 3 if won else t.number(1, 3)
    walk(t, "won" if won else "open", upto, Decisions())
    story = t.story
    story.withheld = frozenset(("dealstage", "pipeline"))
    story.visits_certain = False
    t.blur(*STAGES[: len(STAGES) if won else upto])


def undated_fields(t: Telling) -> None:
    """Amount, close date and contacts are there, but nobody knows since when."""
    walk(t, "won", 3, Decisions())
    t.story.withheld = frozenset(("amount", "closedate", "num_associated_contacts"))
    for step in ("buyer_named", "second_contact", "amount_known", "close_date_ahead", "final_amount"):
        t.declare(step, "unknown")


def unmapped_stage(t: Telling) -> None:
    """On the way from Propose to Close the deal lay in Legal Review, a stage that nobody mapped."""
    t.march("won" if t.chance(0.7) else "open", 3)
    lay_out(t, Decisions(amount=("ok", "late", "none")[t.number(0, 2)]))
    story, proposed = t.story, t.span[2]
    if proposed is None:
        raise ValueError("the deal did not reach Propose")
    at = t.office(proposed[0] + t.number(3, 5))
    t.put("dealstage", UNMAPPED_STAGE, at)
    place = next(number for number, visit in enumerate(story.visits) if visit.stage_key == "propose")
    left = story.visits[place].left
    story.visits[place] = story.visits[place]._replace(left=at)
    story.visits.insert(place + 1, Visit("unmapped", at, left))
    t.blur("propose", "close")


def unmapped_open(t: Telling) -> None:
    """The deal lies in Legal Review now."""
    t.march("open", 2, back=(12, 22))
    lay_out(t, Decisions(talk="ok" if t.chance(0.6) else "none"))
    t.enter("unmapped", t.office(t.days.last - t.number(2, 6)))
    t.blur("propose", "close")


DOUBTS: Final[dict[str, Plot]] = {
    "truncated_history": truncated_history,
    "no_history": no_history,
    "undated_fields": undated_fields,
    "unmapped_stage": unmapped_stage,
    "unmapped_open": unmapped_open,
}
