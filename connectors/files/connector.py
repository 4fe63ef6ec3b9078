"""The files connector: an export folder or an event log, delivered by the contract that all connectors keep.

A file is read in full when it changed and not at all when it didn't. A complete export is the whole truth: what is no
longer in it was deleted, which the runner finds by `count` and `sweep`.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from connectors.contract import BadAnswer, BadInput, CrmPipeline, Page, Record, Stream, StreamPlan, Traffic
from connectors.files.absent import absence, absent_fields
from connectors.files.columns import OBJECTS, WRITTEN_FIELDS
from connectors.files.finding import Parts, find_parts, is_event_log
from connectors.files.options import FilesOptions
from connectors.files.pipelines import pipelines_of
from connectors.files.probe import describe, stock_exports_in
from connectors.files.rows import RowShaper
from connectors.files.stock_exports import CANNOT_TELL
from connectors.files.tally import Tally, claimed_twice
from connectors.files.xes_export import OBJECTS_OF_A_LOG, LogMapping, export_log
from connectors.settings import ConnectionSettings

PAGE_ROWS = 2_000


def open_files(settings: ConnectionSettings, *, workspace: Path) -> FilesConnector:
    """The connector for `settings.path`, which is relative to the workspace."""
    return FilesConnector(settings, workspace / (settings.path or ""))


class FilesConnector:
    """Exports of one account."""

    crm = "files"

    def __init__(self, settings: ConnectionSettings, path: Path) -> None:
        self.connection = settings.name
        self.traffic = Traffic()
        self.path = path
        self.options = FilesOptions.model_validate(settings.options)
        pipeline = settings.pipelines.get(self.options.pipeline_id)
        self._mapping = LogMapping(self.options, dict(pipeline.stages) if pipeline else {})
        self._wanted = tuple(settings.read_fields)
        more = (*settings.fields.values(), *settings.read_fields, settings.deal_type_field)
        self._further = tuple(dict.fromkeys(name for name in more if name))
        own = {theirs: ours for ours, theirs in settings.fields.items() if ours in WRITTEN_FIELDS}
        self._written_like = {**WRITTEN_FIELDS, **own}
        self._absent: tuple[str, list[str]] = ("", [])
        self._counted: dict[str, tuple[str, int]] = {}
        self._converted: tuple[str, tempfile.TemporaryDirectory[str]] | None = None

    def streams(self) -> Sequence[Stream]:
        """One for each object that there is an export of; all are essential, since a broken file is no absence."""
        names = OBJECTS_OF_A_LOG if is_event_log(self.path) else tuple(find_parts(self.path))
        return [self._stream(name) for name in names]

    def pages(self, stream: Stream, *, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """All rows of a file that changed since `synced_to`; nothing of one that didn't."""
        source = self._source(stream)
        signature = source.signature()
        if not position and synced_to is not None and source.unchanged_since(synced_to):
            yield Page([], {"files": signature, "rows": 0}, last=True)
            return
        same_files = position.get("files") == signature
        done = int(position.get("rows", 0)) if same_files else 0
        parts, tally = self._parts(stream), Tally()
        rows = islice(self._tallied(parts, tally), done, None)  # read again what went before, for the tally
        while page := list(islice(rows, PAGE_ROWS)):
            done += len(page)
            yield Page(page, {"files": signature, "rows": done})
        self._still(source, signature)
        self._counted[stream.name] = (signature, tally.live())
        yield Page([], {"files": signature, "rows": done}, last=True)

    def count(self, stream: Stream) -> int | None:
        """Distinct rows that aren't marked as deleted."""
        source = self._source(stream)
        signature = source.signature()
        if self._counted.get(stream.name, ("", 0))[0] != signature:
            tally = Tally()
            for _ in self._tallied(self._parts(stream), tally):
                pass
            self._still(source, signature)
            self._counted[stream.name] = (signature, tally.live())
        return self._counted[stream.name][1]

    def sweep(self, stream: Stream) -> Iterator[str] | None:
        """The ids that `count` counts."""
        return self._live_ids(stream)

    def read(self, stream: Stream, ids: Sequence[str]) -> Iterator[Page]:
        """The rows with these ids."""
        wanted = frozenset(ids)
        found = (record for record in self._records(self._parts(stream)) if record.id in wanted)
        while page := list(islice(found, PAGE_ROWS)):
            yield Page(page, {})
        yield Page([], {}, last=True)

    def history_check(self) -> None:
        """None: an export's stage changes may end before its deals do, and there is nothing to read again."""

    def read_history(self, deal_ids: Sequence[str]) -> Iterator[Page]:  # noqa: ARG002 - see history_check
        """Nothing."""
        return iter(())

    def plan(self) -> list[StreamPlan]:
        """Files cost no calls."""
        return [StreamPlan(stream.name, None, 0, remark="read from a file") for stream in self.streams()]

    def pipelines(self) -> list[CrmPipeline]:
        """The stages that the export names: its `stages` file, else those that its deals stand in."""
        return pipelines_of(self)

    def absent_fields(self, stream: Stream) -> Sequence[str]:
        """Fields of deals that the export has no column for and tells no change of."""
        if stream.name != "deals":
            return ()
        deals = self._parts(stream)
        changes = None if is_event_log(self.path) else find_parts(self.path).get("field_changes")
        signature = ":".join(parts.signature() for parts in (deals, changes) if parts)
        if self._absent[0] != signature:
            self._absent = (signature, absent_fields(deals, changes, self._wanted, self._options()))
        return self._absent[1]

    def notes(self, stream: Stream) -> list[str]:
        """An export is read whole or refused; what is to be said is what it can't tell."""
        absent = absence(self.absent_fields(stream), self._wanted)
        if is_event_log(self.path):
            return absent
        crms = dict.fromkeys(one.export.crm for one in stock_exports_in(self._source(stream), self.options))
        return [*(f"a stock export of {crm}: {CANNOT_TELL}" for crm in crms), *absent]

    def probe(self) -> list[str]:
        """What was found, file by file, and what can't be judged without the absent ones."""
        lines = describe(self.path, self.options, self._mapping.stages)
        return [*lines, *absence(self.absent_fields(self._stream("deals")), self._wanted)]

    def close(self) -> None:
        """Remove the converted event log."""
        if self._converted:
            self._converted[1].cleanup()
            self._converted = None

    def _stream(self, name: str) -> Stream:
        covers = ("activities", "planned_activities") if name == "activities" else (name,)
        return Stream(name, f"files/{name}", essential=True, covers=covers, fields=self._rules(name))

    def _rules(self, name: str) -> tuple[str, ...]:
        """What decides how a row is read: when it changes, files that did not change are read again."""
        rules = self.options.model_dump_json() + repr(sorted(self._mapping.stages.items()))
        paths = tuple(f"path:{path}" for path in self._further if "." in path and OBJECTS[name].further)
        like = sorted(self._written_like.items()) if name in ("deals", "field_changes") else []
        written = tuple(f"written:{theirs}={ours}" for theirs, ours in like)
        return (*OBJECTS[name].columns, *paths, *written, "rules:" + hashlib.sha256(rules.encode()).hexdigest()[:16])

    def _source(self, stream: Stream) -> Parts:
        if is_event_log(self.path):
            return Parts(stream.name, (self.path,), (self.path,))
        found = find_parts(self.path).get(stream.name)
        if found is None:
            raise BadInput(f"{self.path}: the export of {stream.name} is no longer there; put it back or sync again")
        return found

    def _parts(self, stream: Stream) -> Parts:
        """The files to read: the export's own, or those that the log was converted to."""
        source = self._source(stream)
        if not is_event_log(self.path):
            return source
        signature = source.signature()
        if self._converted is None or self._converted[0] != signature:
            self.close()
            folder = tempfile.TemporaryDirectory(prefix="plumbline-log-")
            export_log(self.path, Path(folder.name), self._mapping)
            self._converted = (signature, folder)
        return find_parts(Path(self._converted[1].name))[stream.name]

    def _still(self, source: Parts, signature: str) -> None:
        if source.signature() != signature:
            raise BadAnswer(f"{self.path}: {source.object} changed while it was read; the next sync reads it again")

    def _tallied(self, parts: Parts, tally: Tally) -> Iterator[Record]:
        shaper = RowShaper(OBJECTS[parts.object], self._options(), self._further, self._written_like)
        for path in parts.files:
            self.traffic.requests += 1
            self.traffic.bytes += path.stat().st_size
            for _, record in shaper.records(path):
                tally.add(record)
                yield record
            disputed = tally.end_of_file()
            if disputed:
                name, lines = claimed_twice(shaper.records(path), disputed)
                places = " and ".join(str(line) for line in lines[:2])
                raise BadInput(
                    f"{path.name}:{lines[1]}: {parts.object} {name!r} is there twice with different content "
                    f"(lines {places}; {len(disputed)} such in the file); export one row for each"
                )

    def _records(self, parts: Parts) -> Iterator[Record]:
        shaper = RowShaper(OBJECTS[parts.object], self._options(), self._further, self._written_like)
        for path in parts.files:
            yield from (record for _, record in shaper.records(path))

    def _live_ids(self, stream: Stream) -> Iterator[str]:
        parts, tally = self._parts(stream), Tally()
        for _ in self._tallied(parts, tally):
            pass
        for record in self._records(parts):
            if not record.is_deleted and record.id not in tally.dead:
                yield record.id

    def _options(self) -> FilesOptions:
        """A converted log is plain NDJSON in UTF-8; the options speak of the log's own values."""
        if is_event_log(self.path):
            return self.options.model_copy(update={"encoding": "utf-8", "columns": {}})
        return self.options
