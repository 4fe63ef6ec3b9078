"""Telling people what an export holds, and what can't be judged from it. Nothing is delivered from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from connectors.configfile import did_you_mean
from connectors.files.columns import EVIDENCE, OBJECTS
from connectors.files.finding import Parts, find_parts, is_event_log
from connectors.files.options import FilesOptions
from connectors.files.parts import read_part
from connectors.files.rows import WITH_HEADER, RowShaper
from connectors.files.stock_exports import CANNOT_TELL, Recognised, recognise
from connectors.files.xes import read_traces
from connectors.files.xes_export import NAME, OBJECTS_OF_A_LOG, TRANSITION

_CONSEQUENCE = {
    "stage_changes": "no history: only the present stage is known, gates passed before can't be dated",
    "field_changes": "values are known as of today only: steps that need the time of a change are unknown",
    "activities": "steps proven by meetings, calls or e-mails are unknown",
    "contacts": "steps proven by contacts are unknown",
    "documents": "steps proven by offers or documents are unknown",
}


def describe(path: Path, options: FilesOptions, stages: Mapping[str, str]) -> list[str]:
    """What was found, in lines for people. Raises BadInput when it can't be read."""
    if is_event_log(path):
        return [*_describe_log(path, stages), *_absent(OBJECTS_OF_A_LOG)]
    found = find_parts(path)
    lines = [line for parts in found.values() for line in _describe_parts(parts, options)]
    return [*lines, *_absent(found)]


def stock_exports_in(parts: Parts, options: FilesOptions) -> list[Recognised]:
    """The CRMs' own exports among the files of deals, by nothing but their headers."""
    if parts.object != "deals" or "deals" in options.columns:
        return []
    headers: list[list[str]] = []
    for path in parts.files:
        if path.suffix in WITH_HEADER:
            next(read_part(path, options, headers.append), None)
    return [found for header in headers if (found := recognise(header))]


def _absent(found: Mapping[str, Parts] | tuple[str, ...]) -> Iterator[str]:
    for name in EVIDENCE:
        if name not in found:
            yield f"{name}: absent; {_CONSEQUENCE[name]}"


def _describe_parts(parts: Parts, options: FilesOptions) -> Iterator[str]:
    shaper = RowShaper(OBJECTS[parts.object], options)
    for path in parts.files:
        columns: dict[str, None] = {}

        def look(names: list[str], path: Path = path, into: dict[str, None] = columns) -> None:
            shaper.check_columns(path, names)
            into.update(dict.fromkeys(names))

        rows = sum(1 for _ in read_part(path, options, look))
        yield f"{parts.object}: {path.name}, {rows:,} rows, columns {', '.join(columns) or '(none)'}"
        if shaper.stock:
            yield f"  {shaper.stock.line()}; {CANNOT_TELL}"
        documented = [column for column in shaper.one.columns if shaper.renames.get(column, column) not in columns]
        for column in shaper.unused(list(columns)):
            guess = did_you_mean(column, documented)
            yield f"  {column!r} is no column of {parts.object} and is not read" + (
                f"; {guess}" if guess.startswith("did") else ""
            )


def _describe_log(path: Path, stages: Mapping[str, str]) -> Iterator[str]:
    cases, attributes = 0, Counter[str]()
    events, transitions = Counter[str](), Counter[str]()
    for trace in read_traces(path):
        cases += 1
        attributes.update(trace.attributes.keys())
        for event in trace.events:
            events[event.get(NAME, "(no name)")] += 1
            transitions[event.get(TRANSITION, "(none)")] += 1
    yield f"deals: {path.name}, {cases:,} traces with {sum(events.values()):,} events"
    yield f"  attributes of a trace: {', '.join(sorted(attributes)) or '(none)'}"
    yield f"  {TRANSITION}: {', '.join(f'{name} {count:,}' for name, count in transitions.most_common())}"
    for name, count in events.most_common():
        yield f"  event {name}: {count:,}" + (f" -> {stages[name]}" if name in stages else "")
    for name in sorted(set(stages) - set(events)):
        guess = did_you_mean(name, events)
        yield f"  the stage map names {name!r}, which no event has" + (f"; {guess}" if guess.startswith("did") else "")
