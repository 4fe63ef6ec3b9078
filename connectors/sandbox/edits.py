"""What people do in a CRM while tests watch: create, edit, move, merge, delete, restore and hand over deals.

Stages are named as the stories name them (`stock.STAGE_MAP`); each CRM shows them in its own words. Afterwards a teller
makes no statement about the deal's steps (`steps` is None), except that deleted and merged deals are not judged.
`Story.modified` moves as HubSpot's date does (not for deletions and new contacts); a CRM whose stamp also moves then
shows `Story.touched_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from connectors.sandbox.model import STEP_STAGE, Activity, Actor, Entry, Move, Story, Visit
from connectors.sandbox.stock import DEFAULT_PIPELINE, STAGE_MAP
from connectors.sandbox.world import World


@dataclass(frozen=True, slots=True)
class SetField:
    """A property of a deal gets a value, whatever it is (text in a number field, a date of the year 9999)."""

    deal_id: str
    name: str
    value: str
    actor: Actor = "person"


@dataclass(frozen=True, slots=True)
class MoveStage:
    """A deal moves to a CRM stage."""

    deal_id: str
    stage_id: str
    actor: Actor = "person"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A deal moves to a stage of another pipeline, in one save."""

    deal_id: str
    pipeline: str
    stage_id: str
    actor: Actor = "person"


@dataclass(frozen=True, slots=True)
class LogActivity:
    """A meeting, call or e-mail is logged on a deal, `minutes_ago` before the portal's present."""

    deal_id: str
    kind: str = "call"
    how: str = "COMPLETED"
    contacts: int = 1
    minutes_ago: int = 0


@dataclass(frozen=True, slots=True)
class AddContact:
    """A contact is associated with a deal; the deal's modification date does not move."""

    deal_id: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A deal is deleted (kept 90 days among the archived); its modification date does not move."""

    deal_id: str


@dataclass(frozen=True, slots=True)
class Vanish:
    """A deal is gone without any trace, as after 90 days in the archive; its activities stay, belonging to nothing."""

    deal_id: str


@dataclass(frozen=True, slots=True)
class Restore:
    """A deleted deal comes back as it was."""

    deal_id: str


@dataclass(frozen=True, slots=True)
class Create:
    """A new deal, in a stage of a pipeline, of the seller with this number; returns its id."""

    stage_id: str = "appointmentscheduled"
    pipeline: str = DEFAULT_PIPELINE
    owner: int = 0
    actor: Actor = "person"


@dataclass(frozen=True, slots=True)
class Reown:
    """A deal is handed to the seller with this number."""

    deal_id: str
    owner: int
    actor: Actor = "person"


@dataclass(frozen=True, slots=True)
class Merge:
    """Two deals become one; returns its id (a new one's or the first's, as the CRM has it)."""

    deal_id: str
    other_id: str


Edit = SetField | MoveStage | Transfer | LogActivity | AddContact | Archive | Restore | Vanish | Reown | Create | Merge
KINDS: Final[Mapping[str, type[Any]]] = {
    edit.__name__: edit
    for edit in (SetField, MoveStage, Transfer, LogActivity, AddContact, Archive, Restore, Vanish, Reown, Create, Merge)
}


def from_json(body: Mapping[str, Any]) -> Edit:
    """An edit from {"edit": "MoveStage", ...its fields}."""
    name = str(body.get("edit"))
    if name not in KINDS:
        raise ValueError(f"unknown edit {name}; there are {', '.join(KINDS)}")
    edit: Edit = KINDS[name](**{key: value for key, value in body.items() if key not in ("edit", "token")})
    return edit


def apply(world: World, edit: Edit) -> str:
    """Carry out an edit one second after the last one; returns the id of the deal that stands for the result.

    Raises ValueError when there is no such deal (any more), nothing to restore, or no such edit in this CRM.
    """
    with world.lock:
        world.check(edit)
        world.last_edit += 1000
        if isinstance(edit, Create):
            return _create(world, edit)
        number = _number(world, edit.deal_id)
        if isinstance(edit, Merge):
            return _merge(world, number, _number(world, edit.other_id))
        before = world.story(number)
        story = deepcopy(before)
        _change(world, story, edit)
        story.touched_at = world.last_edit
        world.edited[number] = story
        world.changed(number, before)
        return edit.deal_id


def _number(world: World, text: str) -> int:
    number = world.number(text)
    if not 0 <= number < world.deals or world.story(number).merged_into is not None:
        raise ValueError(f"deal {text} is not in this account any more; take an id that its list shows")
    return number


def _create(world: World, edit: Create) -> str:
    at, number = world.last_edit, world.deals
    key = STAGE_MAP.get(edit.pipeline, {}).get(edit.stage_id, "unmapped")
    owner = world.crew.everybody[edit.owner]
    story = Story(number, "created_by_edit", edit.owner, "EUR", at, edit.pipeline, steps=None)
    for name, value in (
        ("dealstage", edit.stage_id),
        ("pipeline", edit.pipeline),
        ("hubspot_owner_id", owner.owner_id),
    ):
        story.fields[name] = [Entry(value, at, edit.actor)]
    story.visits = [Visit(key, at, None)]
    story.modified = story.touched_at = at
    world.edited[number] = story
    world.deals += 1
    world.changed(number, None)
    return world.deal_id(number)


def _change(world: World, story: Story, edit: Edit) -> None:
    at = world.last_edit
    story.steps, story.due = None, set()
    match edit:
        case SetField():
            story.fields.setdefault(edit.name, []).append(Entry(edit.value, at, edit.actor))
            story.modified = at
        case MoveStage():
            _move(story, edit, at)
        case Transfer():
            story.pipeline = edit.pipeline
            story.fields.setdefault("pipeline", []).append(Entry(edit.pipeline, at, edit.actor))
            _move(story, edit, at)
        case LogActivity():
            happened = at - edit.minutes_ago * 60_000
            new = Activity(edit.kind, happened, at, edit.how, story.owner, edit.contacts)
            story.activities.append(new)
            story.modified = at
        case AddContact():
            story.contacts.append(at)
            counted = Entry(str(len(story.contacts)), at, "system")
            story.fields.setdefault("num_associated_contacts", []).append(counted)
        case Archive():
            story.archived_at = at
            _unjudged(story, "deleted")
        case Restore():
            _restore(story, edit)
        case Reown():
            story.written_by = story.author
            story.owner, story.modified = edit.owner, at
            new_owner = world.crew.everybody[edit.owner].owner_id
            story.fields.setdefault("hubspot_owner_id", []).append(Entry(new_owner, at, edit.actor))
        case Vanish():
            # Merged into itself: no list shows it and nobody answers for it.
            story.merged_into = story.index
            _unjudged(story, "deleted")
        case _:
            raise ValueError(f"{type(edit).__name__} is no change of one deal that exists")


def _move(story: Story, edit: MoveStage | Transfer, at: int) -> None:
    story.fields.setdefault("dealstage", []).append(Entry(edit.stage_id, at, edit.actor))
    story.modified = at
    key = STAGE_MAP.get(story.pipeline, {}).get(edit.stage_id, "unmapped")
    if key in ("won", "lost"):
        story.fields.setdefault("closedate", []).append(Entry(str(at), at, "system"))
    last = story.visits[-1]
    if last.stage_key != key:
        story.visits[-1] = last._replace(left=at)
        story.visits.append(Visit(key, at, None))


def _restore(story: Story, edit: Restore) -> None:
    if story.archived_at is None:
        raise ValueError(f"deal {edit.deal_id} is not deleted, so it can't be restored")
    story.archived_at = None
    story.unjudged_reason = None if story.deal_type == "new" else "deal_type"


def _unjudged(story: Story, reason: str) -> None:
    story.unjudged_reason = reason
    story.moves.clear()
    story.steps = dict.fromkeys(STEP_STAGE, "not_applicable")


def _merge(world: World, first: int, second: int) -> str:
    if first == second:
        raise ValueError("a deal can't be merged with itself")
    at = world.last_edit
    parents = (world.story(first), world.story(second))
    number = world.deals if world.merge_makes_new else first
    gone = parents if world.merge_makes_new else parents[1:]
    story = _joined(parents, number, at)
    if world.merge_makes_new:
        story.parents = (first, second)
        ids = ";".join(world.deal_id(parent.index) for parent in parents)
        story.fields["hs_merged_object_ids"] = [Entry(ids, at, "merge")]
        # Contacts, activities and documents keep their ids: they stay where they were, and now belong to the new deal.
        story.contacts, story.activities, story.documents = [], [], []
        world.deals += 1
    world.joined[number] = (*world.joined.get(number, ()), *(parent.index for parent in gone))
    for parent in gone:
        left = deepcopy(parent)
        left.merged_into, left.touched_at = number, at
        _unjudged(left, "merged")
        world.edited[parent.index] = left
    world.edited[number] = story
    for parent in gone:
        world.changed(parent.index, parent)
    world.changed(number, None if world.merge_makes_new else parents[0])
    return world.deal_id(number)


def _joined(parents: tuple[Story, Story], number: int, at: int) -> Story:
    """The surviving deal: the first one's present values, and the histories of both."""
    story = deepcopy(parents[0])
    story.index, story.plot, story.steps, story.due = number, "merged_by_edit", None, set()
    story.merged_at = story.modified = story.touched_at = at
    story.visits_certain, story.unjudged_reason = False, parents[0].unjudged_reason
    story.created = min(parent.created for parent in parents)
    for name in {*parents[0].fields, *parents[1].fields}:
        joined = [entry for parent in parents for entry in parent.fields.get(name, [])]
        joined.sort(key=lambda entry: entry.at)
        kept = parents[0].value(name)
        if kept is not None and joined[-1].value != kept:
            joined.append(Entry(kept, at, "merge"))
        story.fields[name] = joined
    everybody = str(len(parents[0].contacts) + len(parents[1].contacts))
    story.fields.setdefault("num_associated_contacts", []).append(Entry(everybody, at, "merge"))
    story.moves = [Move(m.kind, m.at, m.from_stage, m.to_stage, m.actor) for m in parents[0].moves]
    return story
