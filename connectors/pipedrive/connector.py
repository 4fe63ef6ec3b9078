"""The Pipedrive connector: the contract's questions, handed to the reader of each stream.

Here belongs choosing. Reading is lists.py's, history.py's, details.py's and metadata.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from connectors.contract import Clock, CrmPipeline, HistoryCheck, Page, Stream, StreamPlan, Traffic
from connectors.http.ahead import Workers
from connectors.pipedrive import costs, metadata
from connectors.pipedrive.api import IDS_AT_ONCE, PipedriveApi
from connectors.pipedrive.catalogue import history_keys, streams
from connectors.pipedrive.details import DETAILS, DetailReader
from connectors.pipedrive.history import HistoryReader
from connectors.pipedrive.lists import ACTIVITY_PHASES, DEAL_PHASES, ListReader
from connectors.pipedrive.marks import Marker
from connectors.pipedrive.met import MetDeals
from connectors.pipedrive.notes import Notes
from connectors.pipedrive.options import PipedriveOptions
from connectors.pipedrive.plan import first_sync
from connectors.pipedrive.probe import probe_lines
from connectors.pipedrive.records import COUNT_KEYS, activity_record, custom_keys, deal_record

MOST_CUSTOM = 15
"""A question names at most so many custom fields; beyond that all of them come."""
FEW_PAGES = 20
"""Activities are counted each night while that costs no more than so many pages."""


class PipedriveConnector:
    """One Pipedrive account, readable (see connectors.contract.Connector)."""

    crm = "pipedrive"

    def __init__(self, connection: str, *, api: PipedriveApi, clock: Clock, options: PipedriveOptions) -> None:
        self.connection = connection
        self._api, self._clock, self._options = api, clock, options
        self._streams = streams(options)
        self._workers = Workers(options.threads, f"pipedrive-{connection}")
        self._notes = Notes()
        self._marker = Marker(options, lambda: metadata.first_stages(api))
        self._params = _deal_params(options.fields)
        self._deals = ListReader(
            api,
            self._workers,
            DEAL_PHASES,
            self._params,
            options.overlap,
            lambda deal: deal_record(deal, options.fields),
        )
        self._met = MetDeals(self._marker, self._deals.changed)
        self._deals.met = self._met
        self._activity = partial(activity_record, subject=options.subjects)
        self._activities = ListReader(api, self._workers, ACTIVITY_PHASES, {}, options.overlap, self._activity)
        self._history = HistoryReader(api, self._workers, options, history_keys(options), self._met, self._notes)
        self._details = {
            name: DetailReader(api, self._workers, options.threads, detail, self._met)
            for name, detail in DETAILS.items()
        }

    @property
    def traffic(self) -> Traffic:
        """Running totals since the connector was opened."""
        return self._api.session.traffic

    def streams(self) -> Sequence[Stream]:
        """Deals first, then what gives them meaning, then the evidence.

        A field that Pipedrive doesn't have does not count as read: the day it comes, all deals are read again.
        """
        absent = set(self._absent)
        return [
            replace(stream, fields=tuple(name for name in stream.fields if name not in absent))
            for stream in self._streams
        ]

    def absent_fields(self, stream: Stream) -> Sequence[str]:
        """Custom fields that Pipedrive doesn't list."""
        return self._absent if stream.name == "deals" else ()

    def notes(self, stream: Stream) -> list[str]:
        """Remarks on what was read so far, for the run's record."""
        return self._notes.of(stream.name)

    def pages(self, stream: Stream, *, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """Pages of a stream from `position` on."""
        match stream.name:
            case "deals":
                return self._deals.pages(position, synced_to)
            case "activities":
                return self._activities.pages(position, synced_to)
            case "deal_changes":
                return self._history.pages(position, synced_to)
            case name if name in self._details:
                return self._details[name].pages(position, synced_to)
            case name:
                return metadata.pages(self._api, name)

    def count(self, stream: Stream) -> int | None:
        """Live deals by the summaries, users by reading them, activities by listing them where that is cheap."""
        match stream.name:
            case "deals":
                return self._api.total(costs.SUMMARY) + self._api.total(costs.ARCHIVED_SUMMARY)
            case "users":
                return len(self._api.users())
            case "activities":
                return self._count_activities()
        return None

    def sweep(self, stream: Stream) -> Iterator[str] | None:
        """Ids of live objects by the lists."""
        match stream.name:
            case "deals":
                return self._deals.ids()
            case "activities":
                return self._activities.ids()
            case name if name in metadata.READERS:
                page = next(metadata.pages(self._api, name))
                return iter([record.id for record in page.records])
        return None

    def read(self, stream: Stream, ids: Sequence[str]) -> Iterator[Page]:
        """Read these ids again."""
        match stream.name:
            case "deals":
                yield from self._deals_again([int(identity) for identity in ids])
            case "activities":
                for begin in range(0, len(ids), IDS_AT_ONCE):
                    asked = {"ids": ",".join(ids[begin : begin + IDS_AT_ONCE])}
                    yield Page([self._activity(thing) for thing in self._api.whole(costs.ACTIVITIES, asked)], {})
            case "deal_changes":
                yield from self.read_history(ids)
            case name if name in self._details:
                yield from self._details[name].read(_deal_numbers(ids))
            case name:
                wanted = set(ids)
                for page in metadata.pages(self._api, name):
                    yield Page([record for record in page.records if record.id in wanted], {})

    def history_check(self) -> HistoryCheck:
        """The last change of stage that the changelog tells, against the deal's stage."""
        return HistoryCheck(
            stream="deals",
            present="select id as deal_id, payload->>'$.stage_id' as stage_id from deals",
            history="""
                select
                    payload->>'$.deal_id' as deal_id,
                    arg_max(payload->>'$.new_value', cast(payload->>'$.place' as bigint)) as stage_id
                from history
                where payload->>'$.field_key' = 'stage_id'
                group by 1
            """,
            history_stream="deal_changes",
            history_table="pipedrive/deal_changes",
        )

    def read_history(self, deal_ids: Sequence[str]) -> Iterator[Page]:
        """Read the changelogs of these deals again."""
        return self._history.read(_deal_numbers(deal_ids))

    def plan(self) -> list[StreamPlan]:
        """Calls, tokens and days of the first sync, by the summaries and the deals changed last."""
        return first_sync(self._api, self._options, self._marker, self._params)

    def pipelines(self) -> list[CrmPipeline]:
        """Pipelines with their stages, as Pipedrive shows them."""
        return metadata.pipelines(self._api)

    def probe(self) -> list[str]:
        """Who we are, what may be read, what is left."""
        return probe_lines(self._api, self._options, self._params)

    def close(self) -> None:
        """Stop what is under way and close the connections."""
        self._workers.close()
        self._api.session.close()

    @cached_property
    def _absent(self) -> tuple[str, ...]:
        """Pipedrive drops fields that it doesn't have without a word; the run's record shall have one. Asked once."""
        if not custom_keys(self._options.fields):
            return ()
        known = {str(field.get("field_code")) for field in self._api.whole(costs.DEAL_FIELDS)}
        absent = tuple(name for name in self._options.fields if not known.issuperset(custom_keys([name])))
        if absent:
            self._notes.add(
                "deals",
                f"Pipedrive has no deal field {', '.join(absent)} (any more); what rests on it stays unknown. Correct "
                "`fields` in connections.yml",
            )
        return absent

    def _deals_again(self, ids: Sequence[int]) -> Iterator[Page]:
        for begin in range(0, len(ids), IDS_AT_ONCE):
            absent = list(ids[begin : begin + IDS_AT_ONCE])
            for phase in DEAL_PHASES:
                if not absent:
                    break
                asked = self._params if phase.status is None else {**self._params, "status": phase.status}
                found = self._api.deals_by_id(phase.endpoint, absent, asked)
                absent = [identity for identity in absent if identity not in {thing["id"] for thing in found}]
                self._met.add(found)  # a deal that only the counts found has a changelog too
                yield Page([deal_record(thing, self._options.fields) for thing in found], {})

    def _count_activities(self) -> int | None:
        """Nothing tells of a deleted activity but its absence; large accounts look for it on some days only."""
        every = self._options.recount_days
        if not every:
            return None
        is_due = self._clock().date().toordinal() % every == 0
        counted = 0
        for pages, listed in enumerate(self._activities.walk(ACTIVITY_PHASES[0], None), 1):
            counted += len(listed.things)
            if pages >= FEW_PAGES and listed.cursor is not None and not is_due:
                return None
        return counted


def _deal_numbers(ids: Sequence[str]) -> list[int]:
    """The deals behind deal ids or ids of their changes."""
    return sorted({int(identity.partition(":")[0]) for identity in ids})


def _deal_params(fields: Sequence[str]) -> dict[str, str]:
    params = {"include_fields": ",".join(COUNT_KEYS)}
    custom = custom_keys(fields)
    return {**params, "custom_fields": ",".join(custom)} if 0 < len(custom) <= MOST_CUSTOM else params
