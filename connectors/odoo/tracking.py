"""The tracked changes of leads: each with its message, since that alone says when, by whom, and of which lead.

Here belong the two questions of a page and the two phases of an increment. Reading in general is reader.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from connectors.contract import MissingScopeError, Page, Record
from connectors.odoo.api import OdooApi, Row, among
from connectors.odoo.catalogue import OF_LEADS, TRACKING, Domain, Model
from connectors.odoo.reader import IDS_AT_ONCE, ModelReader
from connectors.odoo.records import id_of, stamp, tracking_record

_FIELDS = Model(TRACKING, "ir.model.fields", ("name",), domain=[["model", "=", "crm.lead"]])
_MESSAGES = Model(
    TRACKING, "mail.message", ("res_id", "date", "author_id", "create_date", "write_date"), domain=OF_LEADS
)


class TrackedFields:
    """Which of a lead's fields bears which id in the tracking; asked once."""

    def __init__(self, api: OdooApi, wanted: Sequence[str]) -> None:
        self._api, self._wanted = api, wanted
        self._names: dict[int, str] | None = None

    def names(self) -> dict[int, str]:
        """Field id to technical name (the label beside the id is translated). Raises MissingScopeError."""
        if self._names is None:
            found = self._api.rows(_FIELDS, [*_FIELDS.domain, ["name", "in", list(self._wanted)]])
            self._names = {row["id"]: str(row.get("name")) for row in found}
        return self._names


@dataclass(frozen=True)
class TrackingReader:
    """Reads mail.tracking.value of one account through `whole`, a reader of that model."""

    whole: ModelReader
    fields: TrackedFields

    def pages(self, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """New changes; then, in an increment, those whose message was written again (a merge moved it)."""
        with _administrators_only(self._api.account):
            if position.get("phase") != "moved":
                plain = self._plain
                for rows in plain.walk(plain.since(synced_to), int(position.get("above", 0))):
                    if rows:
                        yield Page(self._records(rows), {"above": rows[-1]["id"]})
                position = {}
            if synced_to is not None:
                yield from self._moved(int(position.get("above", 0)), synced_to)
            yield Page([], {}, last=True)

    def count(self) -> int:
        """Tracked changes of leads."""
        with _administrators_only(self._api.account):
            return self._api.count(self._plain.model, self._plain.model.domain)

    def ids(self) -> Iterator[str]:
        """Ids of all of them."""
        with _administrators_only(self._api.account):
            yield from self._plain.ids()

    def read(self, ids: Sequence[str]) -> Iterator[Page]:
        """These changes again."""
        for begin in range(0, len(ids), IDS_AT_ONCE):
            yield Page(self._found(among([int(i) for i in ids[begin : begin + IDS_AT_ONCE]])), {})

    def of_leads(self, lead_ids: Sequence[str]) -> Iterator[Page]:
        """The changes of these leads."""
        for begin in range(0, len(lead_ids), IDS_AT_ONCE):
            leads = [int(i) for i in lead_ids[begin : begin + IDS_AT_ONCE]]
            messages = self._api.rows(_MESSAGES, [*OF_LEADS, ["res_id", "in", leads]])
            yield Page(self._hanging_on(messages), {})

    @property
    def _api(self) -> OdooApi:
        return self.whole.api

    @cached_property
    def _plain(self) -> ModelReader:
        """The reader of the tracked changes of leads alone."""
        place = "field_id" if "field_id" in self._api.readable(self.whole.model) else "field"
        domain: Domain = [[place, "in", sorted(self.fields.names())]]
        return replace(self.whole, model=replace(self.whole.model, domain=domain))

    def _moved(self, above: int, synced_to: datetime) -> Iterator[Page]:
        since = stamp(synced_to - self.whole.options.overlap)
        domain = [*OF_LEADS, ["write_date", ">=", since], ["create_date", "<", since]]
        for rows in replace(self.whole, model=_MESSAGES).walk(domain, above):
            if rows:
                yield Page(self._hanging_on(rows), {"phase": "moved", "above": rows[-1]["id"]})

    def _hanging_on(self, messages: Sequence[Row]) -> list[Record]:
        ids = [row["id"] for row in messages]
        chunks = (ids[begin : begin + IDS_AT_ONCE] for begin in range(0, len(ids), IDS_AT_ONCE))
        return [record for chunk in chunks for record in self._found([["mail_message_id", "in", chunk]])]

    def _found(self, domain: Domain) -> list[Record]:
        return self._records(self._api.rows(self._plain.model, [*self._plain.model.domain, *domain]))

    def _records(self, rows: Sequence[Row]) -> list[Record]:
        names = self.fields.names()
        wanted = sorted({i for row in rows if (i := id_of(row.get("mail_message_id"))) is not None})
        messages = {row["id"]: row for row in self._api.rows(_MESSAGES, among(wanted))} if wanted else {}
        return [
            tracking_record(row, names.get(_field_of(row), ""), messages.get(id_of(row.get("mail_message_id")) or 0))
            for row in rows
        ]


def _field_of(row: Row) -> int:
    return id_of(row.get("field_id")) or id_of(row.get("field")) or 0


@contextmanager
def _administrators_only(account: str) -> Iterator[None]:
    try:
        yield
    except MissingScopeError as error:
        raise MissingScopeError(
            f"{account}: history needs an administrator. Odoo shows the tracked changes of leads (mail.tracking.value) "
            "to users with the right Administration: Settings alone. Without it stages and amounts are known from the "
            "first sync on, by comparing one sync with the next; what lies before stays unknown. Give the user that "
            f"right in Settings, Users. ({str(error).removeprefix(account + ': ')})"
        ) from None
