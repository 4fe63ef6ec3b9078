"""What people do to a portal while tests watch; each edit moves `hs_lastmodifieddate` as HubSpot would.

Afterwards a teller makes no statement about the deal's steps (`steps` is None), except that archived and merged
deals are not judged. Archiving and new contacts leave the modification date alone, as in HubSpot.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from connectors.sandbox.hubspot.index import SearchIndex
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.words import locate
from connectors.sandbox.model import STEP_STAGE, Activity, Actor, Entry, Move, Story, Visit
from connectors.sandbox.plots_apart import deal_id
from connectors.sandbox.stock import STAGE_MAP


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
class Merge:
    """Two deals become a new one; returns its id."""

    deal_id: str
    other_id: str


Edit = SetField | MoveStage | LogActivity | AddContact | Archive | Vanish | Merge
KINDS: Final[Mapping[str, type[Any]]] = {
    edit.__name__: edit for edit in (SetField, MoveStage, LogActivity, AddContact, Archive, Vanish, Merge)
}


def from_json(body: Mapping[str, Any]) -> Edit:
    """An edit from {"edit": "MoveStage", ...its fields}."""
    name = str(body.get("edit"))
    if name not in KINDS:
        raise ValueError(f"unknown edit {name}; there are {', '.join(KINDS)}")
    edit: Edit = KINDS[name](**{key: value for key, value in body.items() if key not in ("edit", "token")})
    return edit


def apply(portal: Portal, index: SearchIndex, edit: Edit) -> str:
    """Carry out an edit one second after the last one; returns the id of the deal that stands for the result."""
    with portal.lock:
        portal.last_edit += 1000
        number = _number(portal, edit.deal_id)
        if isinstance(edit, Merge):
            return _merge(portal, index, number, _number(portal, edit.other_id))
        before = portal.story(number)
        story = deepcopy(before)
        _change(portal, story, edit)
        portal.edited[number] = story
        index.changed(number, before)
        return edit.deal_id


def _number(portal: Portal, text: str) -> int:
    number = locate("deals", int(text))[0]
    if not 0 <= number < portal.deals or portal.story(number).merged_into is not None:
        raise ValueError(f"deal {text} is not in this portal any more; take an id that its list shows")
    return number


def _change(portal: Portal, story: Story, edit: Edit) -> None:
    at = portal.last_edit
    story.steps, story.due = None, set()
    match edit:
        case SetField():
            story.fields.setdefault(edit.name, []).append(Entry(edit.value, at, edit.actor))
            story.modified = at
        case MoveStage():
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
        case Vanish():
            # Merged into itself: no list shows it and nobody answers for it.
            story.merged_into = story.index
            _unjudged(story, "deleted")
        case Merge():
            raise ValueError("a merge concerns two deals")


def _move(story: Story, edit: MoveStage, at: int) -> None:
    story.fields.setdefault("dealstage", []).append(Entry(edit.stage_id, at, edit.actor))
    story.modified = at
    key = STAGE_MAP.get(story.pipeline, {}).get(edit.stage_id, "unmapped")
    if key in ("won", "lost"):
        story.fields.setdefault("closedate", []).append(Entry(str(at), at, "system"))
    last = story.visits[-1]
    if last.stage_key != key:
        story.visits[-1] = last._replace(left=at)
        story.visits.append(Visit(key, at, None))


def _unjudged(story: Story, reason: str) -> None:
    story.unjudged_reason = reason
    story.moves.clear()
    story.steps = dict.fromkeys(STEP_STAGE, "not_applicable")


def _merge(portal: Portal, index: SearchIndex, first: int, second: int) -> str:
    at, number = portal.last_edit, portal.deals
    parents = (portal.story(first), portal.story(second))
    story = deepcopy(parents[0])
    story.index, story.plot, story.steps, story.due = number, "merged_by_edit", None, set()
    story.parents, story.merged_at, story.modified = (first, second), at, at
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
    ids = ";".join(deal_id(parent.index) for parent in parents)
    story.fields["hs_merged_object_ids"] = [Entry(ids, at, "merge")]
    # Contacts, activities and documents keep their ids: they stay where they were, and now belong to the new deal.
    story.contacts, story.activities, story.documents = [], [], []
    story.moves = [Move(m.kind, m.at, m.from_stage, m.to_stage, m.actor) for m in parents[0].moves]
    portal.joined[number] = (first, second)
    for parent in parents:
        gone = deepcopy(parent)
        gone.merged_into = number
        _unjudged(gone, "merged")
        portal.edited[parent.index] = gone
    portal.edited[number] = story
    portal.deals += 1
    for parent in parents:
        index.changed(parent.index, parent)
    index.changed(number, None)
    return deal_id(number)
