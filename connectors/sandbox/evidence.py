"""The work on a deal, laid out as a CRM would record it, for each decision of the story-teller.

Policies: `ok` in time, `grace` made up for by the next working day, `late` three working days after the gate,
`none` never, `backfilled` done in time and entered a week later. Which deal gets which stands in `plots_*`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connectors.sandbox.model import Activity, Document, State
from connectors.sandbox.telling import Telling
from connectors.sandbox.workdays import DAY, HOUR, MINUTE

OFFICE_NOON: Final = 12 * 60
PASSED_LOSS: Final[dict[str, State]] = {"ok": "done", "soon": "done", "late": "late", "none": "missing"}


@dataclass(slots=True)
class Decisions:
    """What the story-teller decided about each step before the deal's first day."""

    buyer: str = "ok"
    talk: str = "ok"
    amount: str = "ok"
    second_talk: str = "ok"
    second_contact: str = "ok"
    offer: str = "ok"
    ahead: str = "ok"
    touch: str = "ok"
    reason: str = "ok"
    chatty: bool = False
    zero_first: bool = False


def lay_out(t: Telling, decisions: Decisions) -> None:
    """Lay out the evidence for all decisions and write down the verdict of every step."""
    if decisions.talk == "none" or t.silent:
        decisions.talk = decisions.second_talk = decisions.touch = "none"
    buyer(t, decisions)
    talks(t, decisions)
    amount(t, decisions)
    offer(t, decisions.offer)
    close_date(t, decisions.ahead)
    lost_reason(t, decisions.reason)


def buyer(t: Telling, decisions: Decisions) -> None:
    """The first and the second contact."""
    contacts, span, policy = t.story.contacts, t.span[0], decisions.buyer
    if policy == "ok":
        contacts.append(t.work(span) if span and t.chance(0.5) else t.story.created)
    elif policy in ("grace", "late") and t.passed(0):
        contacts.append(t.after_gate(0, policy))
    t.say("buyer_named", policy, shown=bool(contacts))
    second = decisions.second_contact if contacts and (t.span[1] or t.passed(1)) else "none"
    if second == "ok" and t.span[1]:
        contacts.append(t.work((t.span[1][1] - 3, t.span[1][1])))
    elif second == "ok" and policy == "ok":
        contacts.append(contacts[0])
    else:
        second = "none"
    t.say("second_contact", second, shown=len(contacts) > 1)


def converse(t: Telling, at: int, kind: str | None = None, *, contacts: int | None = None) -> None:
    """A conversation that counts: a past meeting, a completed call or an incoming e-mail."""
    kind = kind or ("meeting", "call", "email")[t.number(0, 2)]
    owner, people = t.story.owner, t.number(1, 2) if contacts is None else contacts
    if kind == "meeting":
        how = ("COMPLETED", "SCHEDULED", "")[t.number(0, 2)]
        activity = Activity(kind, at, at - t.number(1, 3) * DAY, how, owner, people)
    elif kind == "call":
        activity = Activity(kind, at, at + t.number(1, 20) * MINUTE, "COMPLETED", owner, people)
    else:
        activity = Activity(kind, at, at + t.number(1, 50) * 1000, "INCOMING_EMAIL", owner, people)
    t.story.activities.append(activity)


def talks(t: Telling, decisions: Decisions) -> None:
    """Conversations: the first, the second on another day, and being in touch before the win."""
    talk, second = decisions.talk, decisions.second_talk
    by_develop = _first_talk(t, talk, both=second == "ok")
    if second == "ok" and t.span[1]:
        last = t.span[1][1]
        for day in (last - 2, last - 1):
            converse(t, t.days.at(day, t.number(540, 1000)))
        by_develop += 2
    total = by_develop + (1 if talk in ("grace", "late") and by_develop == 0 and t.passed(0) else 0)
    if decisions.touch == "ok" and t.passed(3) and t.gate[1] != t.gate[3]:
        converse(t, t.days.at(t.end_day - t.number(2, 4), t.number(540, 1000)))
        total += 1
    elif decisions.touch == "contactless" and t.passed(3):
        converse(t, t.days.at(t.end_day - 3, OFFICE_NOON), "call", contacts=0)
        total += 1
    if decisions.chatty and t.span[1]:
        for kind in ("meeting", "call", "email"):
            for _ in range(4):
                converse(t, t.work(t.span[1]), kind)
    t.say("conversation_held", talk, shown=total > 0)
    told = "ok" if by_develop > 1 else "late" if total > 1 else "none"
    t.say("second_conversation", told, shown=total > 1)
    t.say("buyer_in_touch", "ok" if decisions.touch == "ok" else "none", shown=False)


def _first_talk(t: Telling, talk: str, *, both: bool) -> int:
    """The first conversation; returns on how many days before leaving Develop there was one by then."""
    span, story = t.span[0], t.story
    if talk == "ok" and span is None:
        converse(t, story.created - t.number(20, 44) * HOUR, "call")
        return 1
    if talk == "ok" and span:
        develop_skipped = t.passed(1) and t.span[1] is None
        converse(t, t.days.at(span[1] - 1, t.number(540, 1000)) if develop_skipped else t.work(span))
        if both and develop_skipped:
            converse(t, t.days.at(span[0] + 1, t.number(600, 1000)))
            return 2
        return 1
    if talk == "backfilled" and span:
        at = t.work(span)
        recorded = t.days.at((t.gate_day[0] or 0) + t.number(6, 7), OFFICE_NOON)
        story.activities.append(Activity("call", at, recorded, "COMPLETED", story.owner, 1))
        return 1
    if talk in ("grace", "late") and t.passed(0):
        converse(t, t.after_gate(0, talk), "call")
        return 1 if t.gate[1] != t.gate[0] else 0
    return 0


def unheard(t: Telling) -> None:
    """Things in Qualify that are no conversation: called off, nobody came, nobody answered, only we wrote."""
    span, owner = t.span[0], t.story.owner
    if span is None:
        return
    for kind, how in (
        ("meeting", "CANCELED"),
        ("meeting", "NO_SHOW"),
        ("call", "NO_ANSWER"),
        ("email", "EMAIL"),
    ):
        at = t.work(span)
        t.story.activities.append(Activity(kind, at, at + MINUTE, how, owner, 1))


def amount(t: Telling, decisions: Decisions) -> None:
    """The amount, by which both "amount known" and "final amount" are decided."""
    story, policy = t.story, decisions.amount
    figure = (2_000 + int(t.rng.random() ** 3 * 180_000)) // 50 * 50
    first: int | None = None
    if policy == "ok":
        spans = [span for span in (t.span[0], t.span[1]) if span]
        draw = t.number(0, len(spans))
        first = t.work(spans[draw - 1]) if draw else story.created
    elif policy in ("grace", "late") and t.passed(1):
        first = t.after_gate(1, policy)
    if decisions.zero_first and first != story.created:
        t.put("amount", "0", story.created)
    if first is not None:
        t.put("amount", str(figure), first)
        last = t.span[3] or t.span[2]
        if last and t.chance(0.4):
            changed = t.days.at(last[1] - 1, OFFICE_NOON + 7)
            if changed > first:
                t.put("amount", f"{figure * t.number(70, 120) // 100}.{t.number(10, 99)}", changed)
    t.say("amount_known", policy, shown=first is not None)
    at_once = t.gate[1] == t.gate[3]
    t.say("final_amount", policy if first is None or at_once else "ok", shown=first is not None)


def offer(t: Telling, policy: str) -> None:
    """A quote or line items."""
    span = t.span[2] or next((s for s in (t.span[1], t.span[0]) if s and t.passed(2)), None)
    shown = False
    if policy == "ok" and span:
        at, shown = t.work(span), True
        kind = "line_item" if t.chance(0.5) else "quote"
        t.story.documents.append(Document(kind, at, "APPROVED" if kind == "quote" else ""))
    elif policy == "late" and t.passed(2):
        t.story.documents.append(Document("quote", t.after_gate(2, "late"), "APPROVAL_NOT_NEEDED"))
    else:
        policy = "none"
    t.say("offer_recorded", policy, shown=shown)


def close_date(t: Telling, policy: str) -> None:
    """The expected close date: HubSpot proposes one at creation, people push it, or forget to."""
    created, gate, day = t.story.created, t.gate[2], t.gate_day[2]
    if gate is None or day is None:
        t.put("closedate", str(t.days.noon_utc(t.end_day, t.number(5, 50))), created)
        t.say("close_date_ahead", policy, shown=False)
        return
    ahead = str(t.days.noon_utc(day, t.number(8, 40)))
    behind = str(t.days.noon_utc(day, -t.number(5, 20)))
    the_day_before = t.days.at(day - 1, t.number(600, 1000))
    born_here = gate == created
    if policy == "ok" and (born_here or t.chance(0.5)):
        t.put("closedate", ahead, created)
    elif policy == "ok":
        t.put("closedate", behind, created)
        t.put("closedate", ahead, the_day_before)
    elif policy == "cleared" and not born_here:
        t.put("closedate", ahead, created)
        t.put("closedate", "", the_day_before)
    else:
        t.put("closedate", behind, created)
        if t.chance(0.5) and gate != t.gate[3]:
            t.put("closedate", ahead, gate + 20 * HOUR)
    t.say("close_date_ahead", "ok" if policy == "ok" else "none", shown=False)


def lost_reason(t: Telling, policy: str) -> None:
    """The reason for a loss: with the loss, within two days, much later, or never."""
    if t.lost_at is None:
        t.declare("lost_reason_recorded", "not_due")
        return
    reasons = ("Price", "Competitor", "No budget", "No decision", "Lost contact")
    at = {"ok": t.lost_at, "soon": t.lost_at + t.number(2, 20) * HOUR}.get(policy)
    if policy == "late":
        at = t.days.at(t.end_day + t.number(4, 6), OFFICE_NOON)
    if at is not None:
        t.put("closed_lost_reason", reasons[t.number(0, len(reasons) - 1)], at)
    if t.reason_pending:
        t.declare("lost_reason_recorded", "pending")
        return
    t.declare("lost_reason_recorded", PASSED_LOSS[policy], due=True)
