"""What an event sets off: whether the answer came within its time, each time that the event happened.

The event is a single record, and so is its answer: what is done at the event's own moment or later answers it, and no
record answers itself. What nobody can date, what may or may not be an answer, and an end that nobody can date are seen
twice, in favour of whoever owes the answer and against; where both do not come to the same, nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.reference.conditions import applies
from tests.reference.days import Days, When
from tests.reference.owners import is_too_quiet, owner_at
from tests.reference.path import SINKS, Visit, is_truncated
from tests.reference.process import Process, Response, Term, Version
from tests.reference.proofs import SOURCE, matches_activity, matches_contact, matches_document, says_so
from tests.reference.rows import Deal, Surroundings

Told = tuple[str, datetime | None, str, datetime | None]
"""A record's id, when it happened, how exactly that is known, and when the CRM got it."""
DUE = ("fulfilled", "late", "missing")


@dataclass(frozen=True, slots=True)
class Event:
    """A record that sets something off or answers it; `when` None: nobody knows when; `by`: it was there by then."""

    kind: str
    record_id: str
    when: When | None
    by: When | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one duty that one event set off."""

    response_key: str
    event: Event
    version: int
    state: str
    is_due: bool = False
    deadline_at: datetime | None = None
    answered_at: datetime | None = None
    """When it was answered first; what came late, also where it only may have been."""

    @property
    def is_ok(self) -> bool:
        """Whether it was owed and kept."""
        return self.is_due and self.state == "fulfilled"


def answers(deal: Deal, path: list[Visit], process: Process, days: Days, around: Surroundings) -> Iterator[Answer]:
    """Of each duty, each event that set it off, by the version that was in force when it happened."""
    if deal.unjudged_reason is not None:
        return
    for version in process.versions:
        for response in version.responses.values():
            for event in _events(deal, path, response.triggers, days, best=False):
                at = event.when or event.by
                if (
                    process.at(deal.judged_at if at is None else at.at) is version
                    and deal.deal_type in version.deal_types
                ):
                    yield _answer(deal, path, process, version, response, event, days, around)


def _answer(deal: Deal, path: list[Visit], process: Process, version: Version, response: Response, event: Event,
            days: Days, around: Surroundings) -> Answer:  # fmt: skip
    since = event.when
    asked = applies(deal, version, response.response_key, since, days, around, event.by)
    if since is None:
        return Answer(response.response_key, event, version.number, "not_applicable" if asked is False else "unknown")
    until = deadline(response, since, days)
    ends = days.last_moment_after(until, 0) if until.by_day else until
    surely = [e for e in _later(deal, path, response, event, days, best=False) if e.when is not None]
    perhaps = list(_later(deal, path, response, event, days, best=True))
    first = min((e.when for e in surely if e.when is not None), key=lambda when: when.at, default=None)
    state = _state(deal, path, event, until, surely, perhaps, days)
    is_read = response.terms and all(around.saw(SOURCE[term.kind], since.at) for term in response.terms)
    is_mixed = deal.unclear_until is not None and since.at <= deal.unclear_until
    if asked is False:
        state = "not_applicable"
    elif state in ("late", "missing", "pending") and (asked is None or is_mixed or not is_read):
        state = "unknown"
    elif state in ("late", "missing") and first is None:
        is_quiet = is_too_quiet(owner_at(deal, When(ends.at), days), response.terms, process, around)
        state = "unknown" if is_quiet else state
    if state == "late" and first is None:
        first = min((e.when for e in perhaps if e.when is not None), key=lambda when: when.at)
    is_due = response.is_mandatory and state in DUE
    return Answer(
        response.response_key, event, version.number, state, is_due, ends.at, None if first is None else first.at
    )


def deadline(response: Response, since: When, days: Days) -> When:
    """Until when the answer is in time."""
    if response.within_working_days is not None:
        return days.last_moment_after(since, response.within_working_days)
    return When(since.at + timedelta(seconds=response.within_seconds or 0), since.by_day)


def _state(deal: Deal, path: list[Visit], event: Event, until: When, surely: list[Event], perhaps: list[Event],
           days: Days) -> str:  # fmt: skip
    assert event.when is not None
    where = list(_places(deal, path, event, days))
    worst = {_reading(deal, path, place, event.when, until, surely, days, best=False) for place in where}
    best = {_reading(deal, path, place, event.when, until, perhaps, days, best=True) for place in where}
    if worst == {"not_applicable"}:
        return "not_applicable"
    if any(e.when is not None and days.not_after(e.when, until) for e in surely):
        return "fulfilled"
    if worst <= {"not_applicable", "closed_before_deadline"}:
        return "closed_before_deadline"
    told = worst | best
    if told <= {"late", "missing"}:
        return "late" if "late" in told else "missing"
    return "pending" if told == {"pending"} else "unknown"


def _places(deal: Deal, path: list[Visit], event: Event, days: Days) -> Iterator[int]:
    """After how many visits of the path the event may have been; of what happened in one moment the moves are first."""
    assert event.when is not None
    if event.kind == "stage":
        yield int(event.record_id)
        return
    before, after = 0, len(path)
    for number, visit in reversed(list(enumerate(path, 1))):
        entered = When(visit.entered_at, visit.precision == "day")
        if visit.precision != "order" and not days.not_after(entered, event.when):
            after = number - 1  # it was surely later
        elif before == 0 and _surely_before(entered, event.when, days):
            before = number
    yield from range(before, max(before, after) + 1)


def _surely_before(entered: When, since: When, days: Days) -> bool:
    return not days.not_after(since, entered) or (entered == since and not since.by_day)


def _reading(deal: Deal, path: list[Visit], place: int, since: When, until: When, found: list[Event], days: Days,
             *, best: bool) -> str:  # fmt: skip
    """If the event was at this place of the path: by the answers that count, and by what counts as an end."""
    ends = (*SINKS, "unmapped") if best else SINKS
    following = [v for v in path[place:] if v.stage_key in ends]
    if place:
        stood = path[place - 1]
        if stood.stage_key in ends and stood.entered_at == since.at and stood.precision not in ("day", "order"):
            following.insert(0, stood)
        elif stood.stage_key in ends:
            return "not_applicable"
    elif best and is_truncated(deal, path, days):
        return "not_applicable"  # before the history begins it may have been closed
    if any(e.when is None or days.not_after(e.when, until) for e in found):
        return "fulfilled"
    if following:
        dated = [v for v in path[: path.index(following[0]) + 1] if not best or v.precision != "order"]
        came = When(dated[-1].entered_at, dated[-1].precision == "day") if dated else since  # not before the last date
        if days.not_after(came, until):
            return "closed_before_deadline"
    if found:
        return "late"
    return "pending" if days.not_after(When(deal.judged_at), until) else "missing"


def _later(
    deal: Deal, path: list[Visit], response: Response, event: Event, days: Days, *, best: bool
) -> Iterator[Event]:
    """The answers: nothing that was surely there before the event."""
    assert event.when is not None
    for answer in _events(deal, path, response.terms, days, best=best):
        latest = answer.when or answer.by
        is_itself = (answer.kind, answer.record_id) == (event.kind, event.record_id)
        if not is_itself and (latest is None or days.not_after(event.when, latest)):
            yield answer


def _events(deal: Deal, path: list[Visit], terms: Iterable[Term], days: Days, *, best: bool) -> Iterator[Event]:
    """Every record that one of the terms asks for and that was known when the deal was judged, once."""
    found: dict[tuple[str, str], Event] = {}
    now = deal.judged_at
    for term in terms:
        for record_id, at, precision, recorded_at in _records(deal, path, term, best=best):
            is_visit = term.kind == "stage"  # a visit's day stands at its first moment already
            when = None if at is None else When(at, precision == "day") if is_visit else days.seen(at, precision)
            if (when is not None and when.at > now) or (recorded_at or now) > now:
                continue
            is_told = precision != "order"
            found[term.kind, record_id] = Event(term.kind, record_id, when if is_told else None, when)
    yield from found.values()


def _records(deal: Deal, path: list[Visit], term: Term, *, best: bool) -> Iterable[Told]:
    if term.kind == "activity":
        return [(a.activity_id, a.occurred_at, a.precision, a.recorded_at)
                for a in deal.activities if matches_activity(term, a, best)]  # fmt: skip
    if term.kind == "document":
        return [(d.document_id, d.occurred_at, "exact", d.recorded_at)
                for d in deal.documents if matches_document(term, d, best)]  # fmt: skip
    if term.kind == "contact":
        return [(c.contact_id, c.added_at, c.precision, None) for c in deal.contacts if matches_contact(term, c)]
    if term.kind == "field":
        return [(f.change_id, f.changed_at, f.precision, f.recorded_at) for f in deal.field_changes if says_so(term, f)]
    return [(str(number), v.entered_at, v.precision, None)
            for number, v in enumerate(path, 1) if v.stage_key == term.stage_key]  # fmt: skip
