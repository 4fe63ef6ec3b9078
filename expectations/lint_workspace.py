"""Warnings that only two files together give: fields that no account maps, waivers that lift a step for good.

What is unwise inside process.yml alone is lint.py's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connectors.settings import ConnectionSettings
from expectations import lint
from expectations.process import Process
from expectations.waivers import Waiver

STANDARD_FIELDS = frozenset({"amount", "close_date", "owner", "lost_reason", "deal_type", "pipeline"})
"""What every connection tells under the process's own name, as far as its CRM has it."""


def lint_workspace(
    process: Process, connections: Mapping[str, ConnectionSettings], waivers: Iterable[Waiver]
) -> list[lint.Warning]:
    """Everything unwise between the files of a workspace."""
    return [*_fields(process, connections), *_waivers(process, waivers)]


def _fields(process: Process, connections: Mapping[str, ConnectionSettings]) -> Iterator[lint.Warning]:
    """Exports may hold any column, so they are believed."""
    asked = {name: one for name, one in connections.items() if one.kind != "files"}
    for field in sorted(process.evidence_fields() - STANDARD_FIELDS):
        without = [name for name, one in asked.items() if field not in one.fields and field not in one.read_fields]
        if without:
            advice = f"add `{field}: …` (the CRM's own name) to `fields` in connections.yml; until then it is unknown"
            yield lint.Warning(f"field {field}", f"is not mapped by {', '.join(without)}", advice)


def _waivers(process: Process, waivers: Iterable[Waiver]) -> Iterator[lint.Warning]:
    mandatory = {step.key for _, step in process.steps() if step.mandatory}
    for one in waivers:
        if one.deal is None and one.until is None and one.step in mandatory:
            message = f"lifts {one.step} for every deal and without an end"
            yield lint.Warning(
                f"waivers.csv:{one.line}", message, "give it an end, or make the step optional in process.yml"
            )
