"""The Salesforce connector: the contract's questions, handed to the reader of each object.

Here belongs choosing. Reading is reader.py's and walk.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from connectors.contract import Clock, CrmPipeline, HistoryCheck, Page, Stream, StreamPlan, Traffic
from connectors.http.ahead import Workers
from connectors.http.retry import Timing
from connectors.salesforce.api import SalesforceApi
from connectors.salesforce.auth import Instance
from connectors.salesforce.bulk import BulkJobs
from connectors.salesforce.catalogue import DEALS, FIELD_HISTORY, HISTORY, RECORD_TYPE, objects
from connectors.salesforce.fields import Fields
from connectors.salesforce.notes import Notes
from connectors.salesforce.options import SalesforceOptions
from connectors.salesforce.plan import first_sync
from connectors.salesforce.probe import probe_lines
from connectors.salesforce.reader import ObjectReader
from connectors.salesforce.records import Row
from connectors.salesforce.stages import pipelines
from connectors.salesforce.walk import Walk

_NEEDS = {"currency_types": "CurrencyIsoCode", "record_types": RECORD_TYPE}
"""Objects that an org has only when its opportunities have this field."""
_THREADS = 2
"""One part of a Bulk result is used while the next is under way; each names the next, so no more can be asked for."""


class SalesforceConnector:
    """One Salesforce org, readable (see connectors.contract.Connector)."""

    crm = "salesforce"

    def __init__(
        self,
        connection: str,
        *,
        api: SalesforceApi,
        options: SalesforceOptions,
        timing: Timing,
        clock: Clock,
        instance: Instance,
    ) -> None:
        self.connection = connection
        self._api, self._instance, self._notes = api, instance, Notes()
        self._fields = Fields(api, self._notes)
        self._listed_asked = False
        self._workers = Workers(_THREADS, f"salesforce-{connection}")
        bulk = BulkJobs(api, options, timing, self._workers)
        self._readers = {
            thing.stream: ObjectReader(Walk(api, thing, self._fields, bulk, options, self._notes, clock))
            for thing in objects(options.fields, subjects=options.subjects)
        }

    @property
    def traffic(self) -> Traffic:
        """Running totals since the connector was opened."""
        return self._api.session.traffic

    def streams(self) -> Sequence[Stream]:
        """Deals first, then what gives them meaning, then the evidence. Asks the org for its fields, once."""
        return [
            Stream(
                stream,
                reader.walk.thing.table,
                essential=reader.walk.thing.essential,
                covers=reader.walk.thing.covers,
                fields=self._read_of(reader),
                may_fall=stream == FIELD_HISTORY,  # old rows are purged there, perhaps many in one night
            )
            for stream, reader in self._present()
        ]

    def absent_fields(self, stream: Stream) -> Sequence[str]:
        """Fields of opportunities that the org's description lacks; another object's say nothing of the deal's."""
        return self._fields.of(self._readers[DEALS].walk.thing).absent if stream.name == DEALS else ()

    def notes(self, stream: Stream) -> list[str]:
        """Remarks on what was read so far, for the run's record."""
        return self._notes.of(stream.name)

    def pages(self, stream: Stream, *, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """Pages of a stream from `position` on. What is short and read whole is asked for in one call."""
        reader = self._readers[stream.name]
        if reader.walk.thing.listed and not self._listed_asked:
            self._listed_asked = True
            listed = [each.walk for _, each in self._present() if each.walk.thing.listed]
            self._api.together.ask([question for walk in listed for question in walk.first_questions(None)])
        return reader.pages(position, synced_to)

    def count(self, stream: Stream) -> int | None:
        """Live records by COUNT()."""
        return self._readers[stream.name].count()

    def sweep(self, stream: Stream) -> Iterator[str] | None:
        """Ids of live records."""
        return self._readers[stream.name].ids()

    def read(self, stream: Stream, ids: Sequence[str]) -> Iterator[Page]:
        """Read these ids again."""
        return self._readers[stream.name].read("Id", ids)

    def history_check(self) -> HistoryCheck:
        """The last row of OpportunityHistory has the stage that the opportunity is in."""
        return HistoryCheck(
            stream=DEALS,
            present="select id as deal_id, payload->>'$.StageName' as stage_id from deals",
            history="""
                select
                    payload->>'$.OpportunityId' as deal_id,
                    arg_max(payload->>'$.StageName', row(payload->>'$.CreatedDate', id)) as stage_id
                from history
                group by 1
            """,
            history_stream=HISTORY,
            history_table=self._readers[HISTORY].walk.thing.table,
        )

    def read_history(self, deal_ids: Sequence[str]) -> Iterator[Page]:
        """The rows of OpportunityHistory of these deals."""
        return self._readers[HISTORY].read("OpportunityId", deal_ids)

    def plan(self) -> list[StreamPlan]:
        """Calls of the first sync, by the org's own counts."""
        return first_sync(reader for _, reader in self._present())

    def pipelines(self) -> list[CrmPipeline]:
        """Stages, for each record type."""
        return pipelines(self._rows)

    def probe(self) -> list[str]:
        """Who we are, what may be read, what is left."""
        readers = dict(self._present())
        return probe_lines(self._api, self._instance.user_id, readers, self._notes)

    def close(self) -> None:
        """Stop what is under way and close the connections."""
        self._workers.close()
        self._api.session.close()

    def _present(self) -> list[tuple[str, ObjectReader]]:
        self._fields.ask(reader.walk.thing for reader in self._readers.values())
        fields = self._fields.of(self._readers[DEALS].walk.thing).names
        return [
            (stream, reader)
            for stream, reader in self._readers.items()
            if stream not in _NEEDS or _NEEDS[stream] in fields
        ]

    def _read_of(self, reader: ObjectReader) -> tuple[str, ...]:
        """What a change of must read the object anew: its fields, and which of its rows are ours."""
        thing = reader.walk.thing
        return (*self._fields.of(thing).names, *([f"where:{thing.where}"] if thing.where else []))

    def _rows(self, stream: str) -> Iterator[Row]:
        for page in self._readers[stream].pages({}, None):
            yield from (orjson.loads(record.payload) for record in page.records)
