"""What edits do to a database's rows, written as Odoo writes them: saves, new leads, merges and deletions.

Works on copies and returns them; `world` shows them when their transaction commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.edits import Create, MoveStage, Restore, SetField, Transfer
from connectors.sandbox.model import Actor, Story
from connectors.sandbox.odoo.lead import Bundle
from connectors.sandbox.odoo.render import IGNORED, Change, money
from connectors.sandbox.odoo.words import FIRST_CUSTOMER, LOST, STAGE_IDS, date_text, user_of

if TYPE_CHECKING:
    from connectors.sandbox.odoo.world import Database

OF_LEAD = {"activities": "res_id", "orders": "opportunity_id"}
"""What belongs to a lead besides its messages, and by which field."""


def check(database: Database, edit: object) -> None:
    """Refuse what Odoo has no way to do. Raises ValueError."""
    if isinstance(edit, Restore):
        raise ValueError("Odoo deletes leads for good (unlink), so none can be restored; archived ones are lost deals")
    if isinstance(edit, Transfer):
        raise ValueError("no lead changes its team's stages in this account; move it to a stage instead")
    if isinstance(edit, MoveStage | Create):
        _stage(edit.stage_id)
    if isinstance(edit, SetField):
        if edit.name == "dealstage":
            _stage(edit.value)
        if edit.name == "amount":
            money(edit.value)
        if edit.name == "closedate" and edit.value:
            date_text(int(edit.value))
        owners = {person.owner_id for person in database.crew.everybody}
        if edit.name == "hubspot_owner_id" and edit.value not in owners:
            raise ValueError(f"there is no user {edit.value} whom a lead could be given to")


def _stage(story_id: str) -> None:
    if story_id not in STAGE_IDS and story_id not in LOST:
        raise ValueError(f"there is no stage {story_id}; there are {', '.join([*STAGE_IDS, *sorted(LOST)])}")


def written(database: Database, index: int, before: Story | None) -> dict[int, Bundle]:
    """The deals whose rows an edit changes, with their rows afterwards."""
    story = database.story(index)
    if before is None:
        return {index: _created(database, story)}
    if story.archived_at is not None or story.merged_into == index:
        return _unlinked(database, index)
    if story.merged_into is not None:
        return {part: _moved(database, part, index, story.merged_into) for part in database.parts(index)}
    bundle = database.latest(index).copy()
    if story.plot == "merged_by_edit" and story.merged_at == database.last_edit:
        _joined(database, bundle, story, before)
        return {index: bundle}
    values, actor = _news(database, story, is_lost=not (bundle.lead or {}).get("active"))
    if story.contacts and not (bundle.lead or {}).get("partner_id"):
        values = {**(values or {}), "partner_id": FIRST_CUSTOMER + index}
    if values is not None:
        database.chatter.save(bundle, database.new, values, database.last_edit, user_of(story, actor))
    for activity in story.activities[len(before.activities) :]:
        database.renderer.evidence.activity(bundle, story, activity, database.new)
    return {index: bundle}


def _created(database: Database, story: Story) -> Bundle:
    values, actor = _news(database, story, is_lost=False)
    first = Change(story.created, actor, values or {})
    bundle = Bundle(database.renderer.new_lead(story, story.index + 1, first))
    database.chatter.creation(bundle, database.new, story.created, user_of(story, actor))
    return bundle


def _news(database: Database, story: Story, *, is_lost: bool) -> tuple[dict[str, Any] | None, Actor]:
    """What the last edit wrote to the lead (None: nothing), and who."""
    values: dict[str, Any] | None = None
    actor: Actor = "person"
    for name, entries in story.fields.items():
        newest = entries[-1]
        if newest.at != database.last_edit or name in IGNORED or newest.actor == "system":
            continue
        actor = newest.actor
        values = {**(values or {}), **database.renderer.values(story, name, newest.value, is_lost=is_lost)}
    return values, actor


def _joined(database: Database, bundle: Bundle, story: Story, before: Story) -> None:
    """The survivor of a merge takes over what it did not have itself, and says so in a note."""
    values: dict[str, Any] = {}
    for name in story.fields:
        if name not in IGNORED and not before.value(name) and story.value(name):
            values |= database.renderer.values(story, name, story.value(name) or "", is_lost=False)
    lead = bundle.lead or {}
    for part in database.joined[story.index]:
        customer = FIRST_CUSTOMER + part if database.story(part).contacts else None
        if customer and not lead.get("partner_id") and "partner_id" not in values:
            values["partner_id"] = customer
    uid = user_of(story, "person")
    note = database.chatter.message(bundle, database.new, database.last_edit, database.last_edit, uid)
    bundle.messages.append(note | {"body": "<p>Merged opportunities</p>", "subject": "Merged opportunities"})
    database.chatter.save(bundle, database.new, values, database.last_edit, uid)


def _moved(database: Database, part: int, loser: int, survivor: int) -> Bundle:
    """The loser of a merge is unlinked; its messages, activities and orders now belong to the survivor."""
    bundle = database.latest(part).copy()
    if part == loser:
        bundle.lead = None
    for message in bundle.messages:
        if message["res_id"] == loser + 1:
            message |= {"res_id": survivor + 1, "write_date": database.last_edit}
    for name, field in OF_LEAD.items():
        for row in getattr(bundle, name):
            if row[field] == loser + 1:
                row |= {field: survivor + 1, "write_date": database.last_edit}
    return bundle


def _unlinked(database: Database, index: int) -> dict[int, Bundle]:
    """A deleted lead takes its messages, tracking values and activities along; its orders stay without it."""
    bundles: dict[int, Bundle] = {}
    for part in database.parts(index):
        bundle = database.latest(part).copy()
        if part == index:
            bundle.lead = None
        gone = {row["id"] for row in bundle.messages if row["res_id"] == index + 1}
        bundle.messages = [row for row in bundle.messages if row["id"] not in gone]
        bundle.trackings = [row for row in bundle.trackings if row["mail_message_id"] not in gone]
        bundle.activities = [row for row in bundle.activities if row["res_id"] != index + 1]
        for order in bundle.orders:
            if order["opportunity_id"] == index + 1:
                order["opportunity_id"] = None
        bundles[part] = bundle
    return bundles
