"""Configuration and the syncs' outcomes become the reference tables that the SQL reads as data.

Assembly belongs here, and what concerns accounts; the process itself is in compile_process.py, days, money and people
in compile_company.py, column types in reference_schema.py. Nothing here opens a database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from connectors.contract import StreamOutcome, SyncOutcome
from connectors.files.columns import STANDARD_FIELDS
from connectors.kinds import API_KINDS
from connectors.outcome import from_dict
from connectors.settings import ConnectionSettings, PipelineSettings
from expectations.company import Company
from expectations.compile_company import company_tables
from expectations.compile_process import process_tables
from expectations.compile_rules import Row
from expectations.days import THE_BEGINNING, start_of_day
from expectations.process import Process
from expectations.reference_schema import frame
from expectations.targets import Target
from expectations.teams import Membership
from expectations.waivers import Waiver

JUDGED_OBJECTS = (
    "deals", "stage_changes", "field_changes", "activities", "planned_activities", "contacts", "documents",
)  # fmt: skip


def reference_tables(
    process: Process,
    company: Company,
    connections: Mapping[str, ConnectionSettings],
    outcomes: Sequence[SyncOutcome | Mapping[str, Any]],
    as_of: datetime,
    night_id: str,
    judge_from: datetime | date | None = None,
    *,
    watermarks: Mapping[str, int | None] | None = None,
    held: Collection[str] = (),
    teams: Sequence[Membership] = (),
    waivers: Sequence[Waiver] = (),
    targets: Sequence[Target] = (),
) -> dict[str, pd.DataFrame]:
    """Every table of the schema `reference`, by name.

    `outcomes` are all passes known, in any order. A connection is read up to the watermark of its last good pass, or to
    the one in `watermarks` (a replay, or a fallback); connections in `held` have the state `held`.
    """
    known = [outcome if isinstance(outcome, SyncOutcome) else from_dict(dict(outcome)) for outcome in outcomes]
    passes = sorted((outcome for outcome in known if outcome.connection in connections), key=lambda o: o.ended_at)
    nights = {
        name: _ConnectionNight(settings, [o for o in passes if o.connection == name], watermarks, name in held)
        for name, settings in connections.items()
    }
    settings = _settings(process, company, as_of, night_id, judge_from)
    return {
        "settings": frame("settings", [settings]),
        "connections": frame("connections", (night.row(as_of) for night in nights.values())),
        "sync_runs": frame("sync_runs", (row for outcome in passes for row in _sync_rows(outcome))),
        "coverage": frame("coverage", (row for night in nights.values() for row in night.coverage())),
        "absent_fields": frame("absent_fields", (row for night in nights.values() for row in night.absent_fields())),
        **_maps(connections),
        **process_tables(process, company.zone),
        **company_tables(company, as_of, teams, waivers, targets),
    }


class _ConnectionNight:
    """What one connection's passes come to tonight."""

    def __init__(
        self,
        settings: ConnectionSettings,
        passes: Sequence[SyncOutcome],
        watermarks: Mapping[str, int | None] | None,
        held: bool,
    ) -> None:
        self.settings = settings
        self.held = held
        self.latest = passes[-1] if passes else None
        good = [outcome for outcome in passes if outcome.state == "good" and outcome.watermark is not None]
        if watermarks is not None and settings.name in watermarks:
            mark = watermarks[settings.name]
            good = [outcome for outcome in good if mark is not None and (outcome.watermark or 0) <= mark]
            self.watermark = mark
        else:
            self.watermark = good[-1].watermark if good else None
        self.good = good[-1] if good else None

    @property
    def state(self) -> str:
        """`backfilling` until a first pass is whole; `stale` when tonight's is not; `held` by the gate."""
        if self.held:
            return "held"
        if self.watermark is None:
            return "backfilling"
        return self.latest.state if self.latest else "stale"

    def row(self, as_of: datetime) -> Row:
        """`judged_at` is never after the night's own moment, though a sync begins after the night has: what came in
        between counts tomorrow.
        """
        latest, good = self.latest, self.good
        streams = latest.streams if latest else []
        seconds = sum(stream.seconds for stream in streams)
        return {
            "connection": self.settings.name,
            "crm": self.settings.kind,
            "state": self.state,
            "judged_at": min(good.judged_at or good.started_at, as_of) if good else None,
            "watermark": self.watermark,
            "default_currency": self.settings.default_currency,
            "deal_url_template": self.settings.deal_url,
            "last_good_at": good.ended_at if good else None,
            "rows_ours": _total([stream.ours for stream in streams if "deals" in stream.covers]),
            "rows_theirs": _total([stream.theirs for stream in streams if "deals" in stream.covers]),
            "requests": sum(stream.requests for stream in streams) if latest else None,
            "bytes": sum(stream.bytes for stream in streams) if latest else None,
            "rows_per_second": sum(stream.rows_read for stream in streams) / seconds if seconds > 0 else None,
            "history_differs": _total([stream.history_differs for stream in streams]),
            "notes": _told(f"{stream.stream}: {note}" for stream in streams for note in stream.notes),
            "error": latest.error if latest else "it was never synced",
        }

    def coverage(self) -> Iterator[Row]:
        """What the last good pass read whole: an object counts as covered when every stream it rests on was read."""
        streams = self.good.streams if self.good else []
        for kind in JUDGED_OBJECTS:
            resting = [stream.covered for stream in streams if kind in stream.covers]
            if resting and all(resting):
                yield {"connection": self.settings.name, "object": kind, "covered_from": None}

    def absent_fields(self) -> Iterator[Row]:
        """Fields, by the process's names, that the CRM does not show us: that nothing is in them proves nothing."""
        kind = API_KINDS.get(self.settings.kind)
        standard = kind.standard_fields if kind else STANDARD_FIELDS
        natives = {name for stream in (self.good.streams if self.good else []) for name in stream.absent_fields}
        mapped = self.settings.fields
        translated = {field for field, native in mapped.items() if native in natives}
        own = {standard.get(native, native) for native in natives - set(mapped.values())} - mapped.keys()
        for name in sorted(translated | own):
            yield {"connection": self.settings.name, "field": name}


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _told(notes: Iterable[str]) -> str | None:
    return "\n".join(dict.fromkeys(notes)) or None


def _settings(
    process: Process, company: Company, as_of: datetime, night_id: str, judge_from: datetime | date | None
) -> Row:
    since = judge_from or process.judge_from or company.judge_from
    if since is None:
        since = THE_BEGINNING
    elif not isinstance(since, datetime):
        since = start_of_day(since, company.zone)
    return {
        "time_zone": company.time_zone,
        "home_currency": company.home_currency,
        "as_of": as_of.astimezone(UTC),
        "judge_from": since,
        "flicker_seconds": process.defaults.flicker,
        "backfill_seconds": process.defaults.backfill_tolerance,
        "logging_min_activities": process.defaults.logging_min_activities,
        "won_at_birth_seconds": process.defaults.won_at_birth,
        "fiscal_year_start_month": company.fiscal_year_start_month,
        "forecast_step_days": company.forecast_step_days,
        "night_id": night_id,
    }


def _sync_rows(outcome: SyncOutcome) -> Iterator[Row]:
    """One row for each object; a pass that failed before the first leaves one row too, with its error."""
    for stream in outcome.streams or [StreamOutcome("connection", "", covered=False)]:
        yield {
            "connection": outcome.connection,
            "crm": outcome.crm,
            "pass_id": outcome.pass_id,
            "started_at": outcome.started_at,
            "ended_at": outcome.ended_at,
            "state": outcome.state,
            "watermark": outcome.watermark,
            "object": stream.stream,
            "rows_read": stream.rows_read,
            "rows_ours": stream.ours,
            "rows_theirs": stream.theirs,
            "requests": stream.requests,
            "bytes": stream.bytes,
            "seconds": stream.seconds,
            "covered": stream.covered,
            "since": stream.since,
            "swept": stream.swept,
            "found_deleted": stream.found_deleted,
            "found_missing": stream.found_missing,
            "history_differs": stream.history_differs,
            "notes": _told(stream.notes),
            "error": outcome.error or (None if stream.covered else "; ".join(stream.notes)),
        }


def _maps(connections: Mapping[str, ConnectionSettings]) -> dict[str, pd.DataFrame]:
    pipelines = [
        (name, pipeline_id, pipeline)
        for name, settings in connections.items()
        for pipeline_id, pipeline in settings.pipelines.items()
    ]
    return {
        "pipeline_map": frame(
            "pipeline_map",
            ({"connection": name, "pipeline_id": key, "deal_type": one.deal_type} for name, key, one in pipelines),
        ),
        "stage_map": frame(
            "stage_map",
            (
                {"connection": name, "pipeline_id": key, "stage_id": native, "stage_key": stage_key}
                for name, key, one in pipelines
                for native, stage_key in _stages_of(connections[name], one).items()
            ),
        ),
        "deal_type_map": frame(
            "deal_type_map",
            (
                {"connection": name, "native_value": native, "deal_type": deal_type}
                for name, settings in connections.items()
                for native, deal_type in settings.deal_types.items()
            ),
        ),
        "field_map": frame(
            "field_map",
            (
                {"connection": name, "field": field, "native_field": native}
                for name, settings in connections.items()
                for field, native in _fields_of(settings).items()
            ),
        ),
        "system_actors": frame(
            "system_actors",
            (
                {"connection": name, "actor_id": actor}
                for name, settings in connections.items()
                for actor in dict.fromkeys(settings.system_actors)
            ),
        ),
    }


def _stages_of(settings: ConnectionSettings, pipeline: PipelineSettings) -> Mapping[str, str]:
    """The stage map; where winning or losing is no stage of the CRM, its staging models show it as one."""
    crm = API_KINDS.get(settings.kind)
    return {**crm.implied_stages, **pipeline.stages} if crm else pipeline.stages


def _fields_of(settings: ConnectionSettings) -> dict[str, str]:
    """The CRM's names of fields; the one that tells the deal type is a field like the others."""
    told = {"deal_type": settings.deal_type_field} if settings.deal_type_field else {}
    return {**told, **settings.fields}
