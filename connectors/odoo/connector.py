"""The Odoo connector: the contract's questions, handed to the reader of each stream.

Here belongs choosing. Reading is reader.py's and tracking.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from connectors.contract import CrmPipeline, HistoryCheck, Page, Stream, StreamPlan, Traffic
from connectors.http.ahead import Workers
from connectors.odoo.api import OdooApi
from connectors.odoo.catalogue import LEADS, LOST_REASONS, TRACKED_FIELDS, TRACKING, catalogue, stream_of
from connectors.odoo.door import Doorway
from connectors.odoo.notes import Notes
from connectors.odoo.options import OdooOptions
from connectors.odoo.pipelines import read_pipelines
from connectors.odoo.plan import first_sync
from connectors.odoo.probe import probe_lines
from connectors.odoo.reader import ModelReader
from connectors.odoo.tracking import TrackedFields, TrackingReader

_THREADS = 2
"""One answer is read while the next is under way; a walk by id can't ask for more at once."""


class OdooConnector:
    """One Odoo account, readable (see connectors.contract.Connector)."""

    crm = "odoo"

    def __init__(self, connection: str, *, doorway: Doorway, options: OdooOptions | None = None) -> None:
        self.connection = connection
        self._options = options or OdooOptions()
        self._doorway = doorway
        self._notes = Notes()
        self._api = OdooApi(doorway, self._notes)
        self._models = catalogue(self._options.fields, subjects=self._options.subjects)
        self._tracked = tuple(dict.fromkeys((*TRACKED_FIELDS, *self._options.fields)))
        self._workers = Workers(_THREADS, f"odoo-{connection}")
        self._fields = TrackedFields(self._api, self._tracked)

    @property
    def traffic(self) -> Traffic:
        """Running totals since the connector was opened."""
        return self._doorway.session.traffic

    def streams(self) -> Sequence[Stream]:
        """Leads first, then what gives them meaning, then history and evidence.

        A field of a lead that is not there does not count as read: the day it comes, all leads are read again.
        """
        lacking = self._api.lacking(self._models[LEADS])
        return [
            stream_of(model, self._tracked, lacking if model.stream == LEADS else frozenset())
            for model in self._models.values()
        ]

    def absent_fields(self, stream: Stream) -> Sequence[str]:
        """Fields of leads that this Odoo doesn't have, or not for us; of two names of one field, both."""
        if stream.name != LEADS:
            return ()
        leads = self._models[LEADS]
        lacking = self._api.lacking(leads)
        reason = {"lost_reason_id"} if lacking >= LOST_REASONS else set()
        return sorted(lacking - set(leads.optional) | reason)

    def notes(self, stream: Stream) -> list[str]:
        """Remarks on what was read so far, for the run's record."""
        return self._notes.of(stream.name)

    def pages(self, stream: Stream, *, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """Pages of a stream from `position` on."""
        return self._reader(stream.name).pages(position, synced_to)

    def count(self, stream: Stream) -> int | None:
        """Odoo's own count, what is archived included."""
        reader = self._reader(stream.name)
        if isinstance(reader, TrackingReader):
            return reader.count()
        return self._api.count(reader.model, reader.model.domain)

    def sweep(self, stream: Stream) -> Iterator[str] | None:
        """All ids. Odoo deletes without a trace, and a merge deletes too."""
        return self._reader(stream.name).ids()

    def read(self, stream: Stream, ids: Sequence[str]) -> Iterator[Page]:
        """Read these ids again."""
        return self._reader(stream.name).read(ids)

    def history_check(self) -> HistoryCheck:
        """The last tracked stage of a lead, by time and then by id, is where it stands. A lead whose messages were
        written again has taken in another one, whose moves lie among its own: it isn't compared.
        """
        return HistoryCheck(
            stream=LEADS,
            present="select id as deal_id, payload->>'$.stage_id[0]' as stage_id from deals",
            history="""
                select
                    payload->>'$.message.res_id' as deal_id,
                    last(
                        payload->>'$.new_value_integer' order by payload->>'$.message.date', cast(id as bigint)
                    ) as stage_id
                from history
                where payload->>'$.field_name' = 'stage_id' and payload->>'$.message.res_id' is not null
                group by payload->>'$.message.res_id'
                having count(*) filter (payload->>'$.message.write_date' > payload->>'$.message.create_date') = 0
            """,
            history_stream=TRACKING,
            history_table=f"odoo/{TRACKING}",
        )

    def read_history(self, deal_ids: Sequence[str]) -> Iterator[Page]:
        """The tracked changes of these leads."""
        return self._tracking().of_leads(deal_ids)

    def plan(self) -> list[StreamPlan]:
        """Calls of the first sync, by Odoo's own counts."""
        return first_sync({stream.name: partial(self.count, stream) for stream in self.streams()}, self._options)

    def pipelines(self) -> list[CrmPipeline]:
        """The stages of all teams, and of each team that has its own."""
        return read_pipelines(self._plain("stages"), self._plain("teams"))

    def probe(self) -> list[str]:
        """Who we are, what may be read, how to mend what may not."""
        return probe_lines(self._api, self._models, self._tracking())

    def close(self) -> None:
        """Stop what is under way and close the connections."""
        self._workers.close()
        self._doorway.close()

    def _reader(self, name: str) -> ModelReader | TrackingReader:
        return self._tracking() if name == TRACKING else self._plain(name)

    def _plain(self, name: str) -> ModelReader:
        return ModelReader(self._api, self._models[name], self._options, self._workers)

    def _tracking(self) -> TrackingReader:
        return TrackingReader(self._plain(TRACKING), self._fields)
