"""Stories that leave the path: skipped stages, going back, reopening, born late, flicker, ties, moves by machines."""

from __future__ import annotations

from typing import Final

from connectors.sandbox.evidence import Decisions, lay_out
from connectors.sandbox.model import Activity, Actor, Move
from connectors.sandbox.plots_usual import Plot, drawn, drawn_end, walk
from connectors.sandbox.stock import NATIVE, STAGES
from connectors.sandbox.telling import LENGTHS, ROOMY, Telling

LONG_QUALIFY: Final = ((12, 15), *LENGTHS[1:])


def stage_skipped(t: Telling) -> None:
    """Develop or Propose was left out; its steps may have been done all the same."""
    decisions = drawn(t, 0.3)
    skipped = t.number(1, 2)
    if skipped == 1 and decisions.talk in ("grace", "late"):
        decisions.second_talk = "none"
    roomy = decisions.touch != "ok" or decisions.talk == "none"
    # Without Propose, Close alone must be long enough for a silence of 45 days.
    lengths = (*ROOMY[:3], (35, 40)) if roomy else LENGTHS
    t.march("won", 3, skip={skipped}, lengths=lengths)
    lay_out(t, decisions)


def jumped_to_won(t: Telling) -> None:
    """From Qualify or Develop straight to won: everything is owed at that moment."""
    upto = t.number(0, 1)
    if t.chance(0.5):
        t.march("won", upto)
        lay_out(t, Decisions(second_contact="ok" if t.chance(0.5) else "none"))
    else:
        t.march("won", upto)
        lay_out(t, Decisions(talk="none", amount="none", ahead="passed", offer="none", second_contact="none"))


def went_back(t: Telling) -> None:
    """To Propose, back to Develop, and on again: the first gates stand, and what is done later cures nothing."""
    decisions = Decisions(amount=("ok", "late", "none")[t.number(0, 2)], second_contact="none")
    days = t.days
    still_there = t.chance(0.4)
    t.march("open", 2, back=(100, 200))
    first_develop, proposed = t.span[1], t.span[2]
    if first_develop is None or proposed is None:
        raise ValueError("the deal did not go through Develop and Propose")
    back_day = days.last - t.number(9, 15) if still_there else proposed[0] + t.number(6, 9)
    back_at = t.office(back_day)
    t.enter("develop", back_at)
    t.deviate(Move("moved_backward", back_at, "propose", "develop", t.mover))
    t.span[2] = (proposed[0], back_day)
    t.here, t.end_day = 1, back_day
    if not still_there:
        again = back_day + t.number(6, 9)
        t.enter("propose", t.office(again))
        _close_and_win(t, again)
    lay_out(t, decisions)


def _close_and_win(t: Telling, proposed: int) -> None:
    """From Propose, entered on this day, by way of Close to won."""
    closing = proposed + t.number(8, 15)
    at = t.office(closing)
    t.pass_gate(2, closing, at)
    t.enter("close", at)
    end = closing + t.number(7, 14)
    won_at = t.office(end)
    t.span[2], t.span[3] = (proposed, closing), (closing, end)
    t.pass_gate(3, end, won_at)
    t.close("won", won_at)
    t.end_day = end


def reopened(t: Telling) -> None:
    """Lost in Develop, taken up again three weeks later, and won or still open."""
    days = t.days
    t.march("open", 1, back=(100, 200))
    develop = t.span[1]
    if develop is None:
        raise ValueError("the deal did not reach Develop")
    lost_day = develop[0] + t.number(10, 14)
    lost_at = t.office(lost_day)
    t.close("lost", lost_at)
    t.put("closed_lost_reason", "No decision", lost_at)
    again = lost_day + 15
    reopened_at = t.office(again)
    t.enter("develop", reopened_at)
    t.deviate(Move("reopened", reopened_at, "lost", "develop", t.mover))
    t.lost_at, t.here, t.end_day = None, 1, again
    t.span[1] = (develop[0], lost_day)
    decisions = Decisions(amount=("ok", "late")[t.number(0, 1)], second_contact="none")
    if t.chance(0.6):
        proposing = again + t.number(8, 12)
        at = t.office(proposing)
        t.pass_gate(1, proposing, at)
        t.enter("propose", at)
        _close_and_win(t, proposing)
        # The loss had set the close date to its own day; the seller plans anew when taking the deal up again.
        t.put("closedate", str(days.noon_utc(t.end_day, 30)), reopened_at)
    lay_out(t, decisions)


def won_reopened(t: Telling) -> None:
    """Won, then put back to Close because the contract was not signed after all."""
    t.march("won", 3)
    won_at = t.story.visits[-1].entered
    lay_out(t, Decisions())
    at = t.office(t.end_day + t.number(3, 6))
    t.enter("close", at)
    t.deviate(Move("reopened", at, "won", "close", t.mover))
    t.put("closedate", str(t.days.noon_utc(t.days.last, 30)), max(at, won_at))


def born_late(t: Telling) -> None:
    """Created in Propose or Close: what comes before was due at that moment."""
    decisions = Decisions(
        buyer=("ok", "grace", "late", "none")[t.number(0, 3)],
        talk=("ok", "grace", "late", "none")[t.number(0, 3)],
        amount=("ok", "grace", "late", "none")[t.number(0, 3)],
        ahead=("ok", "ok", "passed")[t.number(0, 2)],
        second_talk="none",
        offer="ok" if t.chance(0.5) else "none",
    )
    first = t.number(2, 3)
    if first == 3:
        decisions.offer = "none"
    t.march("won" if t.chance(0.6) else "open", 3, first=first, lengths=((0, 0), (0, 0), (10, 18), (9, 14)))
    lay_out(t, decisions)


def flicker(t: Telling) -> None:
    """A click on the wrong stage, taken back within five minutes: no move and no gate."""
    t.march("won" if t.chance(0.6) else "open", 3, lengths=LONG_QUALIFY)
    span = t.span[0]
    if span is None:
        raise ValueError("the deal did not begin in Qualify")
    at = t.office(span[0] + 1)
    wrong = "develop" if t.chance(0.5) else "propose"
    t.put("dealstage", NATIVE[wrong], at)
    t.put("dealstage", NATIVE["qualify"], at + t.number(40, 200) * 1000)
    # The work is done well after the click, so a gate seen there would be an accusation.
    t.span[0] = (span[0] + 6, span[1])
    lay_out(t, Decisions())


def same_moment(t: Telling) -> None:
    """One save carries the step and the stage: in time."""
    t.march("won", 3)
    span = t.span[0]
    lay_out(t, Decisions(talk="none", amount="none", ahead="passed", buyer="none", touch="ok"))
    story, gates = t.story, [gate for gate in t.gate if gate is not None]
    if span is None or len(gates) != len(STAGES):
        raise ValueError("the deal did not pass all stages")
    qualified, developed, proposed, _ = gates
    story.contacts.append(qualified)
    story.activities.append(Activity("call", qualified, qualified + 60_000, "COMPLETED", story.owner, 1))
    story.activities.append(Activity("call", developed, developed + 60_000, "COMPLETED", story.owner, 1))
    t.put("amount", "48000", developed)
    ahead = str(t.days.noon_utc(t.end_day, 30))
    story.fields["closedate"] = [entry for entry in story.fields["closedate"] if entry.at <= proposed]
    t.put("closedate", ahead, proposed)
    t.put("closedate", str(gates[3]), gates[3], "system")
    near = t.days.at(t.end_day - 2, 700)
    story.activities.append(Activity("email", near, near + 9_000, "INCOMING_EMAIL", story.owner, 1))
    for step in ("buyer_named", "conversation_held", "amount_known", "close_date_ahead", "final_amount"):
        t.declare(step, "done", due=True)
    t.declare("second_conversation", "done")
    t.declare("buyer_in_touch", "done")


def stages_at_once(t: Telling) -> None:
    """An import stamps Propose and Close with one moment, and the CRM lists them in the wrong order."""
    t.march("won", 3, skip={2})
    story = t.story
    story.moves.clear()
    at = t.gate[2]
    if at is None:
        raise ValueError("the deal did not reach Close")
    stages = story.fields["dealstage"]
    place = next(number for number, entry in enumerate(stages) if entry.value == NATIVE["close"])
    stages.insert(place + 1, stages[place]._replace(value=NATIVE["propose"], actor="import"))
    visit = next(number for number, entry in enumerate(story.visits) if entry.stage_key == "close")
    story.visits.insert(visit, story.visits[visit]._replace(stage_key="propose", left=at))
    lay_out(t, Decisions())


def moved_by(actor: Actor) -> Plot:
    """Stage changes come from a machine, not from a person. Born it was by a person's hand where an import moves it:
    what an import brought into the CRM is history from elsewhere and not judged.
    """

    def told(t: Telling) -> None:
        t.mover = actor
        if t.chance(0.4):
            t.march("won", 3, skip={1})
            lay_out(t, Decisions())
        else:
            outcome, upto = drawn_end(t)
            walk(t, outcome, upto, drawn(t, 0.2))
        if actor == "import":
            stages = t.story.fields["dealstage"]
            stages[0] = stages[0]._replace(actor="person")

    return told


PATHS: Final[dict[str, Plot]] = {
    "stage_skipped": stage_skipped,
    "jumped_to_won": jumped_to_won,
    "went_back": went_back,
    "reopened": reopened,
    "won_reopened": won_reopened,
    "born_late": born_late,
    "flicker": flicker,
    "same_moment": same_moment,
    "stages_at_once": stages_at_once,
    "moved_by_integration": moved_by("integration"),
    "moved_by_workflow": moved_by("workflow"),
    "moved_by_import": moved_by("import"),
}
