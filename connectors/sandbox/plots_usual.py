"""Stories that go along the process: won, lost and open deals with one thing or another not done.

Odd paths stand in `plots_paths`, what a CRM doesn't tell in `plots_doubt`, what isn't judged in `plots_apart`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connectors.sandbox.evidence import Decisions, lay_out, unheard
from connectors.sandbox.model import Activity
from connectors.sandbox.telling import LENGTHS, ROOMY, Outcome, Telling
from connectors.sandbox.workdays import DAY, HOUR

Plot = Callable[[Telling], None]


def drawn(t: Telling, faults: float) -> Decisions:
    """Decisions for a deal whose seller forgets each mandatory step with this probability."""

    def mandatory(*wrong: str) -> str:
        return wrong[t.number(0, len(wrong) - 1)] if t.chance(faults) else "ok"

    def optional(share: float) -> str:
        return "ok" if t.chance(share) else "none"

    return Decisions(
        buyer=mandatory("none", "late", "none", "grace"),
        talk=mandatory("none", "late", "none", "grace"),
        amount=mandatory("none", "late", "late", "grace"),
        second_talk=optional(0.6),
        second_contact=optional(0.5),
        offer=optional(0.7),
        ahead=mandatory("passed", "passed", "cleared"),
        touch=optional(0.8),
        reason="soon" if t.chance(0.3) else mandatory("none", "late"),
    )


def walk(t: Telling, outcome: Outcome, upto: int, decisions: Decisions) -> None:
    """March and lay out the evidence, with time enough for silence before the win where that was decided."""
    roomy = outcome == "won" and (decisions.touch != "ok" or decisions.talk == "none")
    t.march(outcome, upto, lengths=ROOMY if roomy else LENGTHS)
    lay_out(t, decisions)


def drawn_end(t: Telling) -> tuple[Outcome, int]:
    """How it stands with a usual deal: 45 % won, 30 % lost somewhere, 25 % open somewhere."""
    draw = t.rng.random()
    if draw < 0.45:
        return "won", 3
    return ("lost" if draw < 0.75 else "open"), t.number(0, 3)


def ordinary(t: Telling) -> None:
    """A deal as they are: mostly in order."""
    outcome, upto = drawn_end(t)
    walk(t, outcome, upto, drawn(t, 0.42))


def clean(t: Telling) -> None:
    """Nothing wrong."""
    outcome, upto = drawn_end(t)
    walk(t, outcome, upto, Decisions())


def chatty(t: Telling) -> None:
    """Nothing wrong, and so much logged that nobody can say this seller doesn't log."""
    walk(t, "won", 3, Decisions(chatty=True))


def standing(outcome: Outcome, upto: int) -> Plot:
    """A clean deal that stands in, or was lost from, a given stage."""

    def told(t: Telling) -> None:
        walk(t, outcome, upto, Decisions(second_talk="ok", touch="ok"))

    return told


def at_fault(**decided: str) -> Plot:
    """A won deal with exactly these faults."""

    def told(t: Telling) -> None:
        decisions = Decisions()
        for name, policy in decided.items():
            setattr(decisions, name, policy)
        if decisions.talk == "backfilled":
            decisions.second_talk = "ok"
        walk(t, "won", 3, decisions)

    return told


def lost_with(reason: str) -> Plot:
    """A lost deal whose reason was recorded so."""

    def told(t: Telling) -> None:
        walk(t, "lost", t.number(0, 3), Decisions(reason=reason))

    return told


def unheard_talk(t: Telling) -> None:
    """Meetings called off, calls nobody took, mails nobody answered: no conversation."""
    decisions = Decisions(talk="none")
    walk(t, "won" if t.chance(0.5) else "open", 3, decisions)
    unheard(t)


def zero_amount(t: Telling) -> None:
    """Created with amount 0, which is no amount; the real one came late."""
    walk(t, "won", 3, Decisions(amount="late" if t.chance(0.6) else "none", zero_first=True))


def lost_recently(t: Telling) -> None:
    """Lost within the last 30 hours, no reason yet: there is still time."""
    t.march("open", t.number(0, 2))
    t.close("lost", t.days.now - t.number(2, 30) * HOUR)
    t.reason_pending = True
    lay_out(t, Decisions(reason="none"))


def gate_just_passed(t: Telling) -> None:
    """Left Qualify an hour or two ago without a conversation: the grace is still running."""
    t.march("open", 0)
    at = t.days.now - t.number(60, 170) * 60_000
    t.pass_gate(0, t.days.last + 1, at)
    t.enter("develop", at)
    t.here = 1
    lay_out(t, Decisions(talk="none", amount="none", second_contact="none"))
    t.declare("conversation_held", "pending")


def planned_meeting(t: Telling) -> None:
    """A meeting stands in next week's calendar; it has not been held."""
    t.march("open", t.number(0, 1))
    lay_out(t, Decisions(talk="none"))
    ahead = t.days.now + t.number(3, 10) * DAY
    planned = Activity("meeting", ahead, t.days.now - t.number(5, 60) * HOUR, "SCHEDULED", t.story.owner, 1)
    t.story.activities.append(planned)


def never_logs(t: Telling) -> None:
    """The seller never logs activities, so their absence says nothing."""
    outcome, upto = drawn_end(t)
    walk(t, outcome, upto, Decisions())


USUAL: Final[dict[str, Plot]] = {
    "ordinary": ordinary,
    "clean": clean,
    "chatty": chatty,
    "open_in_qualify": standing("open", 0),
    "open_in_develop": standing("open", 1),
    "open_in_propose": standing("open", 2),
    "open_in_close": standing("open", 3),
    "lost_in_qualify": standing("lost", 0),
    "lost_in_develop": standing("lost", 1),
    "lost_in_propose": standing("lost", 2),
    "won_clean": standing("won", 3),
    "no_buyer": at_fault(buyer="none"),
    "buyer_late": at_fault(buyer="late"),
    "no_conversation": at_fault(talk="none"),
    "conversation_unheard": unheard_talk,
    "conversation_late": at_fault(talk="late"),
    "conversation_in_grace": at_fault(talk="grace"),
    "conversation_backfilled": at_fault(talk="backfilled"),
    "no_amount": at_fault(amount="none"),
    "amount_late": at_fault(amount="late"),
    "amount_in_grace": at_fault(amount="grace"),
    "zero_amount": zero_amount,
    "close_date_passed": at_fault(ahead="passed"),
    "close_date_cleared": at_fault(ahead="cleared"),
    "optional_left_out": at_fault(second_talk="none", second_contact="none", offer="none", touch="none"),
    "touch_without_contact": at_fault(touch="contactless"),
    "offer_late": at_fault(offer="late"),
    "lost_no_reason": lost_with("none"),
    "lost_reason_late": lost_with("late"),
    "lost_reason_soon": lost_with("soon"),
    "lost_recently": lost_recently,
    "gate_just_passed": gate_just_passed,
    "planned_meeting": planned_meeting,
    "never_logs": never_logs,
}
