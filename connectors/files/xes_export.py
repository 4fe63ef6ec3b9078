"""An event log becomes an export: deals, stage changes and activities as NDJSON files with the documented columns.

The log is parsed once for all three; from there on it is an export like any other. Which events count, and what the
attributes of a trace mean, is said by the connection's options and stage map.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from connectors.contract import BadInput
from connectors.files.options import FilesOptions
from connectors.files.times import time_reader
from connectors.files.xes import Trace, read_traces

NAME, TRANSITION, RESOURCE, TIME = "concept:name", "lifecycle:transition", "org:resource", "time:timestamp"
OBJECTS_OF_A_LOG = ("deals", "stage_changes", "activities")
_ENDS = ("won", "lost")
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LogMapping:
    """What the log's words mean: `stages` maps event names to stages, won or lost."""

    options: FilesOptions
    stages: Mapping[str, str]


def export_log(log: Path, folder: Path, mapping: LogMapping) -> None:
    """Write `folder`/deals.ndjson, stage_changes.ndjson and activities.ndjson. Raises BadInput."""
    if not mapping.stages:
        name = mapping.options.pipeline_id
        raise BadInput(
            f"{log.name}: no event is mapped to a stage; add `pipelines: {{{name}: {{stages: {{EVENT: stage}}}}}}` to "
            "the connection (`python -m connectors.files --probe` lists the events)"
        )
    files = {name: (folder / f"{name}.ndjson").open("wb") for name in OBJECTS_OF_A_LOG}
    try:
        for number, trace in enumerate(read_traces(log), 1):
            _write_case(_Case(log, number, trace, mapping), files)
    finally:
        for file in files.values():
            file.close()


def _write_case(case: _Case, files: Mapping[str, BinaryIO]) -> None:
    for name, rows in (("stage_changes", case.stage_changes()), ("activities", case.activities())):
        files[name].writelines(orjson.dumps(row) + b"\n" for row in rows)
    files["deals"].write(orjson.dumps(case.deal()) + b"\n")


class _Case:
    """One trace as a deal."""

    def __init__(self, log: Path, number: int, trace: Trace, mapping: LogMapping) -> None:
        self.options = mapping.options
        self.stages = mapping.stages
        self.attributes = trace.attributes
        self.deal_id = trace.attributes.get(NAME, "")
        if not self.deal_id:
            raise BadInput(f"{log.name}: trace {number} has no {NAME}, so its deal has no id; export the log with it")
        wanted = self.options.lifecycles
        events = [e for e in trace.events if not wanted or e.get(TRANSITION, "") in wanted]
        self.events = list(enumerate(events, 1))
        self._time = time_reader(self.options)

    def stage_changes(self) -> Iterator[dict[str, str | None]]:
        """Events whose name is in the stage map."""
        for number, event in self.events:
            if event.get(NAME) not in self.stages:
                continue
            yield {
                "change_id": f"{self.deal_id}:{number}",
                "deal_id": self.deal_id,
                "pipeline_id": self.options.pipeline_id,
                "stage_id": event[NAME],
                "entered_at": event.get(TIME),
                "actor_id": event.get(RESOURCE),
            }

    def activities(self) -> Iterator[dict[str, str | None]]:
        """All events that count, so that a step may name any of them as its evidence."""
        for number, event in self.events:
            yield {
                "activity_id": f"{self.deal_id}:{number}",
                "deal_id": self.deal_id,
                "kind": event.get(NAME),
                "outcome": event.get(TRANSITION),
                "occurred_at": event.get(TIME),
                "owner_id": event.get(RESOURCE),
            }

    def deal(self) -> dict[str, str | None]:
        """The trace's attributes, and the state after its last event."""
        options = self.options
        in_time = [event for _, event in sorted(self.events, key=self._order)]
        times = [event[TIME] for event in in_time if TIME in event]
        stage = next((event for event in reversed(in_time) if event.get(NAME) in self.stages), {})
        named = {**options.attributes, "amount": options.amount, "created_at": options.created_at}
        taken = {NAME, *named.values()}
        rest = {key: value for key, value in self.attributes.items() if key not in taken}
        owners = [event[RESOURCE] for event in in_time if event.get(RESOURCE)]
        return {
            **rest,
            "owner_id": owners[-1] if owners else None,
            "created_at": times[0] if times else None,
            "modified_at": times[-1] if times else None,
            "closed_at": stage.get(TIME) if self.stages.get(stage.get(NAME, "")) in _ENDS else None,
            **{ours: self.attributes[theirs] for ours, theirs in named.items() if theirs in self.attributes},
            "deal_id": self.deal_id,
            "pipeline_id": options.pipeline_id,
            "stage_id": stage.get(NAME),
            "currency": options.currency,
        }

    def _order(self, numbered: tuple[int, dict[str, str]]) -> tuple[datetime, int]:
        """By time, ties in the order of the file; what has no readable time comes first."""
        number, event = numbered
        try:
            moment = datetime.fromisoformat(self._time(event.get(TIME, "")))
        except ValueError:
            return _BEFORE_ALL, number
        return moment.replace(tzinfo=moment.tzinfo or UTC), number
