"""The HubSpot connector: the contract's questions, handed to the reader of each stream.

Here belongs choosing. Reading is reader.py's, associations.py's and metadata.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.contract import CrmPipeline, HistoryCheck, MissingScopeError, Page, Stream, StreamPlan, Traffic
from connectors.http.ahead import Workers
from connectors.http.session import HttpSession
from connectors.hubspot import governance, metadata
from connectors.hubspot.api import HubSpotApi
from connectors.hubspot.associations import AssociationReader
from connectors.hubspot.catalogue import ObjectKind, catalogue
from connectors.hubspot.listing import live_ids
from connectors.hubspot.notes import Notes
from connectors.hubspot.options import HubSpotOptions
from connectors.hubspot.plan import first_sync
from connectors.hubspot.probe import probe_lines
from connectors.hubspot.reader import ObjectReader
from connectors.hubspot.search import total
from connectors.hubspot.seen import SeenIds
from connectors.hubspot.whose import Whose


class HubSpotConnector:
    """One HubSpot account, readable (see connectors.contract.Connector)."""

    crm = "hubspot"

    def __init__(self, connection: str, *, session: HttpSession, options: HubSpotOptions | None = None) -> None:
        self.connection = connection
        self._options = options or HubSpotOptions()
        self._session = session
        self._api = HubSpotApi(session)
        self._catalogue = catalogue(self._options)
        self._workers = Workers(self._options.threads, f"hubspot-{connection}")
        self._notes = Notes()
        self._seen = {name: SeenIds() for name in self._catalogue.objects}
        self._absent: tuple[str, ...] | None = None

    @property
    def traffic(self) -> Traffic:
        """Running totals since the connector was opened."""
        return self._session.traffic

    def streams(self) -> Sequence[Stream]:
        """Deals first, then what gives them meaning, then the evidence.

        A property that HubSpot does not have does not count as read: the day it comes, all deals are read again.
        """
        absent = {text for name in self._absent_properties() for text in (name, f"history:{name}")}
        return [
            replace(stream, fields=tuple(name for name in stream.fields if name not in absent))
            if stream.name == "deals"
            else stream
            for stream in self._catalogue.streams
        ]

    def absent_fields(self, stream: Stream) -> Sequence[str]:
        """Deal properties that HubSpot doesn't list."""
        return self._absent_properties() if stream.name == "deals" else ()

    def notes(self, stream: Stream) -> list[str]:
        """Remarks on what was read so far, for the run's record."""
        return self._notes.of(stream.name)

    def pages(self, stream: Stream, *, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """Pages of a stream from `position` on."""
        if stream.name == "pipelines":
            return metadata.pipelines(self._api)
        if stream.name == "owners":
            return metadata.owners(self._api)
        if stream.name == "pipeline_audits":
            return governance.audits(self._api, self._seen["deals"].stages, self._notes)
        if stream.name == "pipeline_rules":
            return governance.rules(self._api, self._notes)
        if stream.name == "deals":
            self._absent_properties()
        return self._reader(stream).pages(position, synced_to)

    def count(self, stream: Stream) -> int | None:
        """Live objects by the search's total; owners by reading them; no count for the rest."""
        if stream.name in self._catalogue.objects:
            return total(self._api, stream.name)
        return len(metadata.owner_ids(self._api)) if stream.name == "owners" else None

    def sweep(self, stream: Stream) -> Iterator[str] | None:
        """Ids of live objects by the list, which is never behind. Parents of a merge are not among them."""
        if stream.name in self._catalogue.objects:
            return live_ids(self._api, self._workers, stream.name)
        if stream.name == "owners":
            return iter(sorted(metadata.owner_ids(self._api)))
        if stream.name == "pipelines":
            return iter([thing["id"] for thing in self._api.pipelines()])
        return None

    def read(self, stream: Stream, ids: Sequence[str]) -> Iterator[Page]:
        """Read these ids again."""
        if stream.name in ("pipelines", "owners", "pipeline_audits", "pipeline_rules"):
            wanted = set(ids)
            for page in self.pages(stream, position={}, synced_to=None):
                yield Page([record for record in page.records if record.id in wanted], {})
            return
        reader = self._reader(stream)
        if isinstance(reader, AssociationReader):
            yield from reader.read(ids)
        else:
            yield from (Page(records, {}) for records in reader.read(ids))

    def history_check(self) -> HistoryCheck:
        """Each deal carries its own history, newest first."""
        return HistoryCheck(
            stream="deals",
            present="select id as deal_id, payload->>'$.properties.dealstage' as stage_id from deals",
            history="""
                select id as deal_id, payload->>'$.propertiesWithHistory.dealstage[0].value' as stage_id from deals
            """,
        )

    def read_history(self, deal_ids: Sequence[str]) -> Iterator[Page]:  # noqa: ARG002 - a deal's record carries it
        """Nothing: a deal's own record carries its history."""
        return iter(())

    def plan(self) -> list[StreamPlan]:
        """Calls of the first sync, by the search's totals."""
        return first_sync(self._api, self._catalogue, self._options)

    def pipelines(self) -> list[CrmPipeline]:
        """Pipelines with their stages, as HubSpot shows them."""
        return [metadata.pipeline_of(thing) for thing in self._api.pipelines()]

    def probe(self) -> list[str]:
        """Who we are, what may be read, what is left; and the account's own rules, where they are imported."""
        lines = probe_lines(self._api, self._catalogue)
        return [*lines, *governance.declared_rules(self._api)] if self._options.import_pipeline_rules else lines

    def close(self) -> None:
        """Stop what is under way and close the connections."""
        self._workers.close()
        self._session.close()

    def _reader(self, stream: Stream) -> ObjectReader | AssociationReader:
        kind = self._catalogue.objects.get(stream.name)
        shared = (self._options, self._workers, self._notes)
        if kind is not None:
            return ObjectReader(self._api, kind, *shared, self._seen[kind.name])
        pair = self._catalogue.pairs[stream.name]
        source = self._catalogue.objects[pair.source]
        whose = Whose(self._api, source, *shared, seen=self._seen[source.name], deals=self._seen["deals"])
        return AssociationReader(pair, whose)

    def _absent_properties(self) -> tuple[str, ...]:
        """HubSpot drops properties that it doesn't have without a word; the run's record shall have one. Asked once."""
        if self._absent is None:
            self._absent = self._compared_properties()
        return self._absent

    def _compared_properties(self) -> tuple[str, ...]:
        deals: ObjectKind = self._catalogue.objects["deals"]
        try:
            known = self._api.property_names("deals")
        except MissingScopeError as error:
            self._notes.add("deals", f"could not check whether the deal properties exist: {error}")
            return ()
        absent = tuple(name for name in dict.fromkeys((*deals.properties, *deals.history)) if name not in known)
        if absent:
            self._notes.add(
                "deals",
                f"HubSpot has no deal {'properties' if len(absent) > 1 else 'property'} {', '.join(absent)} (or the "
                "token may not read it); what rests on it stays unknown. Correct `fields` in connections.yml",
            )
        return absent
