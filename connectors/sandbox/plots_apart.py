"""Stories that aren't judged (renewals, expansions, deleted, merged away), survivors of merges, changes of owner."""

from __future__ import annotations

from typing import Final

from connectors.sandbox.evidence import Decisions, lay_out
from connectors.sandbox.model import STEP_STAGE
from connectors.sandbox.plots_usual import Plot, drawn, drawn_end, ordinary, walk
from connectors.sandbox.stock import RENEWALS_PIPELINE
from connectors.sandbox.telling import Telling

DEAL_ID_BASE: Final = 21_000_000_000


def deal_id(index: int) -> str:
    """The CRM's id of deal number `index`."""
    return str(DEAL_ID_BASE + index)


def not_judged(t: Telling, reason: str) -> None:
    """No step of this deal is judged."""
    t.story.unjudged_reason = reason
    t.story.moves.clear()
    for step in STEP_STAGE:
        t.declare(step, "not_applicable")


def renewal(t: Telling) -> None:
    """A renewal, in its own pipeline; its deal type follows from the pipeline."""
    story, days = t.story, t.days
    story.pipeline, story.deal_type, story.native_type = RENEWALS_PIPELINE, "renewal", None
    end = days.last - t.number(3, 200)
    quoted = end - t.number(5, 20)
    story.created = days.at(quoted - t.number(5, 30), 550)
    t.enter("qualify", story.created, "renewaldue")
    t.enter("propose", t.office(quoted), "renewalquoted")
    t.put("amount", str(t.number(10, 400) * 100), story.created)
    t.put("closedate", str(days.noon_utc(end)), story.created)
    at = t.office(end)
    if t.chance(0.75):
        won = t.chance(0.8)
        t.enter("won" if won else "lost", at, "renewalwon" if won else "renewallost")
        t.put("closedate", str(at), at, "system")
    not_judged(t, "deal_type")


def expansion(t: Telling) -> None:
    """More business with a customer, in the default pipeline."""
    t.story.deal_type, t.story.native_type = "expansion", "existingbusiness"
    ordinary(t)
    not_judged(t, "deal_type")


def archived(t: Telling) -> None:
    """Somebody deleted the deal; HubSpot keeps it among the archived ones, and its modification date stays."""
    ordinary(t)
    t.story.archived_at = t.days.at(t.days.last - t.number(0, 7), 1080)
    not_judged(t, "deleted")


def merge_parent(t: Telling) -> None:
    """One of two deals that became one; the CRM shows only the survivor."""
    t.march("open", 0, back=(20, 30))
    lay_out(t, Decisions())
    not_judged(t, "merged")


def merge_survivor(t: Telling) -> None:
    """The deal that two duplicates became while it was in Develop: their histories are joined in it."""
    story, days = t.story, t.days
    outcome, _ = drawn_end(t)
    t.march(outcome, 3 if outcome == "won" else t.number(2, 3))
    qualify, develop = t.span[0], t.span[1]
    if qualify is None or develop is None:
        raise ValueError("the survivor did not go through Qualify and Develop")
    entered_late = t.chance(0.5)
    twin_at = t.office(develop[0] + 1) if entered_late else t.work(qualify)
    merged_at = t.office(develop[0] + 3)
    decisions = Decisions(amount=("ok", "late", "none")[t.number(0, 2)], second_contact="none")
    lay_out(t, decisions)
    t.put("dealstage", "appointmentscheduled", twin_at)
    t.put("closedate", str(days.noon_utc(t.end_day, 45)), twin_at)
    if entered_late:
        present = story.fields["dealstage"][1].value
        t.put("dealstage", present, merged_at, "merge")
        story.visits_certain = False
    t.put("num_associated_contacts", "0", twin_at, "system")
    known = sum(1 for at in story.contacts if at <= merged_at)
    t.put("num_associated_contacts", str(known), merged_at, "system")
    story.parents, story.merged_at = (story.index - 2, story.index - 1), merged_at
    t.put("hs_merged_object_ids", ";".join(deal_id(parent) for parent in story.parents), merged_at, "merge")
    t.blur("qualify")


def owner_left(t: Telling) -> None:
    """The owner has left the company; the deal still bears the name."""
    outcome, upto = drawn_end(t)
    walk(t, outcome, upto, drawn(t, 0.3))


def handed_over(t: Telling) -> None:
    """Somebody who left began the deal; who has it now did not skip anything."""
    walk(t, "won", 3, drawn(t, 0.4))
    gate = t.gate[1]
    if gate is None:
        raise ValueError("the deal did not leave Develop")
    story = t.story
    t.put("hubspot_owner_id", t.crew.left.owner_id, story.created)
    t.put("hubspot_owner_id", t.crew.everybody[story.owner].owner_id, gate + 26 * 3_600_000)


APART: Final[dict[str, Plot]] = {
    "renewal": renewal,
    "expansion": expansion,
    "archived": archived,
    "merge_parent": merge_parent,
    "merge_twin": merge_parent,
    "merge_survivor": merge_survivor,
    "owner_left": owner_left,
    "handed_over": handed_over,
}
