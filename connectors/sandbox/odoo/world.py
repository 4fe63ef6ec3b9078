"""One database: an organisation as Odoo keeps it, with what has been changed since.

Rows in the order of their ids, and what edits do to them. What a call may see and how it is shown is `query`'s.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from connectors.sandbox.model import Story
from connectors.sandbox.odoo import changing, fixed
from connectors.sandbox.odoo.knobs import JSON2_SINCE, OLDEST, Knobs
from connectors.sandbox.odoo.lead import Bundle, Chatter, Ids
from connectors.sandbox.odoo.render import Renderer
from connectors.sandbox.odoo.words import FIRST_CUSTOMER, Row
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.world import KEPT_STORIES, World

SLOTS: Final = 64
"""Rows of one model that a told deal may bring. Rows that edits bring are numbered after all of these."""

OF_DEALS: Final = {
    "crm.lead": "lead",
    "mail.message": "messages",
    "mail.tracking.value": "trackings",
    "mail.activity": "activities",
    "sale.order": "orders",
}
NUMBERED: Final = tuple(model for model in OF_DEALS if model != "crm.lead")
NOWHERE: Final = 900_000_000
"""Ids of leads that don't exist, to which the messages belong that nobody may read."""


class _Added(NamedTuple):
    """Rows that edits brought; `homes` are the deals they came with, `of` the edited deals that were looked at."""

    of: dict[int, Bundle]
    ids: list[int]
    homes: list[int]
    rows: list[Row]


class Database(World):
    """One account."""

    def __init__(
        self,
        organisation: Organisation,
        knobs: Knobs,
        clock: Callable[[], float] = time.monotonic,
        keep: int = KEPT_STORIES,
    ) -> None:
        super().__init__(organisation, clock, keep)
        if knobs.version < OLDEST:
            raise ValueError(f"version {knobs.version} of Odoo is not simulated; {OLDEST} is the oldest")
        self.knobs = knobs
        self.version = knobs.version
        self.tables = fixed.tables(self.crew, self.version)
        fields = self.tables["ir.model.fields"].values()
        self.field_ids = {str(row["name"]): int(str(row["id"])) for row in fields if row["model"] == "crm.lead"}
        self.chatter = Chatter(self.version, self.label, self.field_ids)
        self.renderer = Renderer(self.crew, self.chatter, self.reason, self.now)
        self.new = Ids(dict.fromkeys(NUMBERED, organisation.deals * SLOTS))
        self._told: dict[int, Bundle] = {}
        self._edited: dict[int, Bundle] = {}
        self._uncommitted: list[tuple[float, dict[int, Bundle]]] = []
        self._sorted: dict[str, _Added] = {}

    def deal_id(self, index: int) -> str:
        """Leads are numbered from 1."""
        return str(index + 1)

    def number(self, deal_id: str) -> int:
        """The deal number behind a lead's id."""
        return int(deal_id) - 1

    # -- rows -------------------------------------------------------------------------------------------------

    def rows(self, model: str, after: int = 0) -> Iterator[Row]:
        """The rows of a model with ids greater than `after`, ascending. Raises KeyError for an unknown model."""
        if model not in OF_DEALS:
            yield from (row for key, row in sorted(self.tables[model].items()) if key > after)
            if model == "res.partner":
                start = max(0, after - FIRST_CUSTOMER + 1)
                yield from (self._customer(index) for index in range(start, self.deals) if self.story(index).contacts)
            return
        edited = self._committed()
        if model == "crm.lead":
            for index in range(after, self.deals):
                lead = self._bundle(index, edited).lead
                if lead is not None:
                    yield lead
            return
        yield from self._numbered(model, after, edited)

    def record(self, model: str, identifier: int) -> Row | None:
        """One row."""
        if model in self.tables and identifier in self.tables[model]:
            return self.tables[model][identifier]
        if model == "res.partner":
            index = identifier - FIRST_CUSTOMER
            return self._customer(index) if 0 <= index < self.deals else None
        if model not in OF_DEALS:
            return None
        found = next(self.rows(model, identifier - 1), None)
        return found if found is not None and found["id"] == identifier else None

    def messages_of(self, lead_id: int) -> list[Row]:
        """The messages of a lead, also of those that were merged into it, in no order."""
        index, edited = lead_id - 1, self._committed()
        if not 0 <= index < self.deals:
            return []
        homes = {*self.parts(index), *self.story(index).parents}
        return [row for home in homes for row in self._bundle(home, edited).messages if row["res_id"] == lead_id]

    def label(self, model: str, identifier: int) -> str:
        """The name that Odoo shows for a record."""
        row = self.record(model, identifier) or {}
        if model == "ir.model.fields":
            of = "Lead" if self.version >= JSON2_SINCE else "Lead/Opportunity"
            return f"{row.get('field_description')} ({of})"
        if model == "mail.message":
            return str(row.get("record_name") or "")
        return str(row.get("name") or "")

    def reason(self, text: str) -> int:
        """The id of a reason for losing; a new one is added."""
        table = self.tables["crm.lost.reason"]
        for identifier, row in table.items():
            if row["name"] == text:
                return identifier
        return self._add("crm.lost.reason", {"name": text, "active": True})

    def rename_stage(self, stage_id: int, name: str) -> None:
        """A stage gets another name; no lead's date moves."""
        self.tables["crm.stage"][stage_id] |= {"name": name, "write_date": self.last_edit}

    def delete_stage(self, stage_id: int) -> None:
        """A stage is deleted. Raises ValueError while a lead lies in it, as Odoo does."""
        if any(row["stage_id"] == stage_id for row in self.rows("crm.lead")):
            raise ValueError(f"stage {stage_id} still has leads; move them first")
        del self.tables["crm.stage"][stage_id]

    def _add(self, model: str, row: Row) -> int:
        table = self.tables[model]
        identifier = max(table) + 1
        stamps: Row = {"create_date": self.last_edit, "create_uid": 2, "write_date": self.last_edit, "write_uid": 2}
        table[identifier] = stamps | {"id": identifier} | row
        return identifier

    def _customer(self, index: int) -> Row:
        name = f"Customer {index + 1}"
        at = self.story(index).created
        row: Row = {"id": FIRST_CUSTOMER + index, "name": name, "email": f"buyer.{index + 1}@example.org"}
        row |= {"active": True, "is_company": False, "user_ids": []}
        return row | {"create_date": at, "create_uid": 2, "write_date": at, "write_uid": 2}

    def _numbered(self, model: str, after: int, edited: dict[int, Bundle]) -> Iterator[Row]:
        told, name = self.organisation.deals, OF_DEALS[model]
        if after < told * SLOTS:
            for index in range(after // SLOTS, told):
                last = (index + 1) * SLOTS
                for row in getattr(self._bundle(index, edited), name):
                    if after < row["id"] <= last:
                        yield row
                if model == "mail.message" and last > after and self._hides(index):
                    yield self._unreadable(index, last)
        added = self._added(model, edited)
        for place in range(bisect_right(added.ids, after), len(added.ids)):
            if not self._is_late(added.homes[place]):
                yield added.rows[place]

    def _added(self, model: str, edited: dict[int, Bundle]) -> _Added:
        """The rows that edits brought, by rising id."""
        kept = self._sorted.get(model)
        if kept is None or kept.of is not edited:
            told = self.organisation.deals * SLOTS
            found = sorted(
                (row["id"], index, row)
                for index, bundle in edited.items()
                for row in getattr(bundle, OF_DEALS[model])
                if row["id"] > told
            )
            kept = _Added(edited, [i for i, _, _ in found], [n for _, n, _ in found], [row for _, _, row in found])
            self._sorted[model] = kept
        return kept

    def _hides(self, index: int) -> bool:
        every = self.knobs.hidden_messages_every
        return bool(every) and index % every == every - 1

    def _unreadable(self, index: int, identifier: int) -> Row:
        nothing = Bundle({"id": NOWHERE + index, "name": None})
        at = self.story(index).created
        row = self.chatter.message(nothing, Ids({"mail.message": identifier - 1}), at, at, 1)
        return row | {"is_unreadable": True}

    def _is_late(self, index: int) -> bool:
        knobs = self.knobs
        if not knobs.late_every or (index + 1) % knobs.late_every:
            return False
        return self.clock() - self.opened < knobs.late_seconds

    def _bundle(self, index: int, edited: dict[int, Bundle]) -> Bundle:
        if self._is_late(index):
            return Bundle()
        return edited.get(index) or self._as_told(index)

    def _as_told(self, index: int) -> Bundle:
        """The life of a deal until somebody edits it; nothing for one that an edit makes."""
        kept = self._told.get(index)
        if kept is None:
            if index >= self.organisation.deals:
                return Bundle()
            story = self.organisation.story(index) if index in self.edited else self.story(index)
            ids = Ids(dict.fromkeys(NUMBERED, index * SLOTS))
            kept = self.renderer.bundle(story, index + 1, ids)
            if kept.lead is not None and self.touched:
                kept.lead["write_date"] = self.touched
            if max(ids.next.values()) >= (index + 1) * SLOTS:
                raise ValueError(f"deal number {index} brings more than {SLOTS - 1} rows of one model")
            if len(self._told) >= self.keep:
                self._told = {}
            self._told[index] = kept
        return kept

    # -- edits ------------------------------------------------------------------------------------------------

    def check(self, edit: object) -> None:
        """Refuse what Odoo has no way to do."""
        changing.check(self, edit)

    def changed(self, index: int, before: Story | None) -> None:
        """Write it as Odoo does; it shows at once, or when its transaction commits."""
        self.commit(changing.written(self, index, before))

    def touch_everything(self) -> None:
        """All leads get one date of their last write."""
        super().touch_everything()
        self._told = {}
        leads = {index: bundle.copy() for index, bundle in self._edited.items() if bundle.lead is not None}
        for bundle in leads.values():
            if bundle.lead is not None:
                bundle.lead["write_date"] = self.touched
        self._edited = {**self._edited, **leads}

    def latest(self, index: int) -> Bundle:
        """A deal with all edits, also those that nobody can see yet."""
        for _, bundles in reversed(self._uncommitted):
            if index in bundles:
                return bundles[index]
        return self._edited.get(index) or self._as_told(index)

    def commit(self, bundles: dict[int, Bundle]) -> None:
        """Show what was written, when its time has come."""
        if self.knobs.commit_seconds:
            self._uncommitted.append((self.clock() + self.knobs.commit_seconds, bundles))
        else:
            self._edited = {**self._edited, **bundles}

    def _committed(self) -> dict[int, Bundle]:
        with self.lock:
            while self._uncommitted and self._uncommitted[0][0] <= self.clock():
                self._edited = {**self._edited, **self._uncommitted.pop(0)[1]}
            return self._edited
