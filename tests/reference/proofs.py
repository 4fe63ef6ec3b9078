"""What proves a step: which records count towards a term, and whether they suffice by a given moment.

Where the CRM leaves something open (no date, only an order, a direction that is not told) a record is seen twice: at
its best and at its worst. What follows from both is known; verdicts.py calls the rest unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.reference.days import Days, When
from tests.reference.path import Visit
from tests.reference.process import Step, Term, Variant
from tests.reference.rows import Activity, Contact, Deal, Document, FieldChange, Surroundings

EVER = When(datetime.fromisoformat("0001-01-03"))
NOBODY_KNOWS_WHEN = When(datetime.fromisoformat("9000-01-01"))
"""At its best a record without a date was there from the beginning; at its worst it came after everything."""
SOURCE = {"field": "field_changes", "field_at_gate": "field_changes", "activity": "activities",
          "contact": "contacts", "document": "documents", "stage": "stage_changes"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """Something that counts: when it was done, and when the CRM got it (None: at once)."""

    when: When
    recorded_at: datetime | None = None
    latest: When | None = None
    """By when it was there for certain, where that is told of what can't be dated."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the proofs of one step rest on. `is_best`: doubt is seen in the step's favour."""

    deal: Deal
    path: list[Visit]
    around: Surroundings
    days: Days
    gate: When | None
    until: When
    """The end of the grace; now, where the stage was not left."""
    entered: When | None
    is_best: bool
    is_won: bool = False
    """Whether the gate is that the deal was won."""
    is_whenever: bool = False
    """What can't be dated is seen in the step's favour, and nothing else is."""
    is_unlogged: bool = False
    """Activities may have been held that nobody logged."""


Counts = Callable[[Record], bool]


def suffices(step: Step, scene: Scene, by: When, counts: Counts) -> bool:
    """Whether one of the step's alternatives is complete by a moment, by the records that count."""
    return any(
        all(_reached(term, scene, [r for r in _records(step, term, scene) if scene.days.not_after(r.when, by)], counts)
            is not None for term in terms)
        for terms in step.alternatives
    )  # fmt: skip


def first_complete(step: Step, scene: Scene, counts: Counts) -> When | None:
    """When the first of the step's alternatives was complete."""
    found = []
    for terms in step.alternatives:
        times = [_reached(term, scene, _records(step, term, scene), counts) for term in terms]
        if None not in times:
            found.append(max((time for time in times if time is not None), key=lambda time: time.at))
    return min(found, key=lambda time: time.at, default=None)


def _reached(term: Term, scene: Scene, records: Iterable[Record], counts: Counts) -> When | None:
    """When the last of the records came that the term needs: so many, on so many days."""
    if scene.is_best and (not _is_covered(term, scene) or (scene.is_unlogged and term.kind == "activity")):
        return EVER
    number, undated, seen = 0, 0, set[date]()
    for record in sorted(records, key=lambda record: record.when.at):
        if counts(record):
            number += 1
            if record.when in (EVER, NOBODY_KNOWS_WHEN):
                undated += 1  # at best each was on a day of its own
            else:
                seen.add(scene.days.day(record.when))
            days = undated + len(seen) if scene.is_best else max(len(seen), min(undated, 1))
            if number >= term.min_count and days >= term.distinct_days:
                return record.when
    return None


def _is_covered(term: Term, scene: Scene) -> bool:
    """Whether the term's source was read when the stage was left."""
    source = SOURCE[term.kind]
    return scene.around.saw(source, scene.deal.judged_at if scene.gate is None else scene.gate.at)


def _records(step: Step, term: Term, scene: Scene) -> list[Record]:
    found = list(candidates(step, term, scene))
    if term.within_days is not None:
        if scene.gate is None:
            return []
        earliest = When(scene.gate.at - timedelta(days=term.within_days), scene.gate.by_day)
        found = [r for r in found if r.when == EVER
                 or (scene.days.not_after(earliest, r.when) and scene.days.not_after(r.when, scene.until))]  # fmt: skip
    if step.must_be_inside and term.kind != "field_at_gate":  # what holds at leaving is done neither inside nor before
        entered = scene.entered
        found = [r for r in found if entered and (r.when == EVER or scene.days.not_after(entered, r.when))]
        found = [r for r in found if r.when != NOBODY_KNOWS_WHEN]  # at its worst it was there before
        found = [r for r in found if entered and (r.latest is None or scene.days.not_after(entered, r.latest))]
    return found


def candidates(step: Step, term: Term, scene: Scene) -> Iterable[Record]:
    """What is of the kind that the term asks for, whenever it was done."""
    if term.kind == "field":
        return _field(term, scene)
    if term.kind == "field_at_gate":
        return _field_at_gate(term, scene)
    if term.kind == "activity":
        starts = step.clock == "start"
        return _seen(scene, (((starts and a.started_at) or a.occurred_at, a.precision, a.recorded_at)
                             for a in scene.deal.activities if matches_activity(term, a, scene.is_best)))  # fmt: skip
    if term.kind == "contact":
        return _seen(scene, ((c.added_at, c.precision, None) for c in scene.deal.contacts if matches_contact(term, c)))
    if term.kind == "document":
        return _seen(scene, ((d.occurred_at, "exact", d.recorded_at)
                             for d in scene.deal.documents if matches_document(term, d, scene.is_best)))  # fmt: skip
    entered = [v for v in scene.path if v.stage_key == term.stage_key and v.entered_at <= scene.deal.judged_at]
    by_day = [Record(When(v.entered_at, by_day=True)) for v in entered if v.precision == "day"]
    return [*by_day, *_seen(scene, ((v.entered_at, v.precision, None) for v in entered if v.precision != "day"))]


def _seen(scene: Scene, told: Iterable[tuple[datetime | None, str, datetime | None]]) -> Iterable[Record]:
    """Records at their best (as early as they may have been) or at their worst; none that is dated ahead."""
    for at, precision, recorded_at in told:
        now = scene.deal.judged_at
        if (at is not None and scene.days.seen(at, precision).at > now) or (recorded_at or now) > now:
            continue
        if (scene.is_best or scene.is_whenever) and (at is None or precision == "order"):
            yield Record(EVER, recorded_at, None if at is None else scene.days.seen(at, precision))
        elif at is None or (precision == "order" and not scene.days.not_after(When(at), scene.until)):
            yield Record(NOBODY_KNOWS_WHEN, recorded_at)  # first seen after the grace: it may have come at any time
        else:
            yield Record(scene.days.seen(at, precision), recorded_at)


def matches_activity(term: Term, activity: Activity, best: bool) -> bool:
    """Whether an activity is what the term asks for; `best`: what the CRM leaves open is seen in its favour."""
    if activity.outcome == "planned":
        return False  # a plan proves nothing

    def passes(variant: Variant) -> bool:
        for role, words in variant.values.items():
            if role == "kind" and activity.kind not in words:
                return False
            if role == "outcome" and not (activity.outcome in words or (activity.outcome is None and best)):
                return False
            if role == "text" and not (_says(activity.subject, words) or (activity.subject is None and best)):
                return False
            if role == "not_outcome" and activity.outcome in words:
                return False
            if role == "direction" and not (activity.direction in words or (activity.direction is None and best)):
                return False
        return True

    if term.needs_contact and activity.contact_count == 0:  # where the CRM does not tell, no news is a contact
        return False
    return any(passes(variant) for variant in term.variants)


def _says(subject: str | None, words: frozenset[str]) -> bool:
    return any(word in (subject or "").lower() for word in words)


def matches_contact(term: Term, contact: Contact) -> bool:
    """Whether a contact has one of the roles that the term asks for."""
    return any(all(contact.role in words for words in variant.values.values()) for variant in term.variants)


def matches_document(term: Term, document: Document, best: bool) -> bool:
    """Whether a document is of the kind and status that the term asks for; `best` as with activities."""

    def passes(variant: Variant) -> bool:
        has = {"document_kind": document.kind, "status": document.status}
        if document.kind == "approval" and "document_kind" not in variant.values:
            return False  # approvals count only where they are asked for
        return all(has[role] in words or (has[role] is None and best) for role, words in variant.values.items())

    return any(passes(variant) for variant in term.variants)


def _changes(term: Term, scene: Scene) -> list[FieldChange]:
    changes = [c for c in scene.deal.field_changes if c.field == term.field]
    return sorted(changes, key=lambda c: (c.changed_at or EVER.at, c.change_id))


def _field(term: Term, scene: Scene) -> Iterable[Record]:
    """The field's history first shows such a value."""
    now = scene.deal.judged_at
    for change in _changes(term, scene):
        if says_so(term, change, scene.is_best):
            # where it is asked when the value was set, no reading that found it tells
            is_dated = change.precision != "order" or (term.within_days is None and term.changed_after is None)
            at = change.changed_at if is_dated else None
            if change.changed_at is None or scene.days.seen(change.changed_at, change.precision).at <= now:
                yield from _seen(scene, [(at, change.precision, change.recorded_at)])


def says_so(term: Term, change: FieldChange, best: bool = False) -> bool:
    """Whether a change of a field is what the term asks for; `best` as with activities."""
    is_recent = term.changed_after is None or change.changed_at is None or change.changed_at >= term.changed_after
    return change.field == term.field and is_recent and matches_value(term, change.value, best)


def matches_value(term: Term, value: str | None, best: bool = False) -> bool:
    """Whether the field says what the term asks for; at its best `12 k` is the number that its writer meant."""
    text = (value or "").strip()
    if term.test == "positive":
        try:
            return float(text) > 0
        except ValueError:
            return best and text != ""
    if term.test == "one_of":
        return any(text.lower() in words for variant in term.variants for words in variant.values.values())
    return text != ""


def _field_at_gate(term: Term, scene: Scene) -> Iterable[Record]:
    """The date in force when the stage was left had not passed. Nothing that came later tells about that, and it is
    kept at that moment, whenever the date had been set.
    """
    if scene.gate is None:
        return
    gate, day, now = scene.gate, scene.days.day(scene.gate), scene.deal.judged_at
    changes = [c for c in _changes(term, scene) if (c.recorded_at or now) <= now]
    if any(change.changed_at is None for change in changes):
        if scene.is_best:
            yield Record(EVER)
        return
    dated = [(scene.days.seen(c.changed_at, c.precision), c) for c in changes if c.changed_at is not None]
    dated = [entry for entry in dated if entry[0].at <= now]

    def was_there(when: When, change: FieldChange) -> bool:
        by_itself = scene.is_won and when.at >= gate.at and _day_of(change.value) == day
        return scene.days.not_after(when, gate) and not by_itself

    before = [entry for entry in dated if was_there(*entry)]
    after = [entry for entry in dated if entry not in before]
    unsure = bool(after) and after[0][1].precision == "order"  # it may have been set before the stage was left
    held = bool(before) and _reaches(before[-1][1].value, day)
    next_holds = unsure and _reaches(after[0][1].value, day)
    unseen = unsure and not before  # nobody knows what was there before it was first seen
    if held and (scene.is_best or next_holds or not unsure):
        yield Record(gate, before[-1][1].recorded_at)
    if scene.is_best and (next_holds or unseen):
        yield Record(gate, after[0][1].recorded_at)


def _reaches(value: str | None, day: date) -> bool:
    then = _day_of(value)
    return then is not None and then >= day


def _day_of(value: str | None) -> date | None:
    try:
        return date.fromisoformat((value or "").strip()[:10])
    except ValueError:
        return None
