"""Warnings that only two files together give: fields that no account maps, words that no CRM of theirs uses, waivers
that lift a step for good.

What is unwise inside process.yml alone is lint.py's business.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from connectors.settings import ConnectionSettings
from expectations import lint
from expectations.evidence import Evidence, alternatives
from expectations.evidence_checks import STANDARD
from expectations.process import NumberedVersion, Process
from expectations.waivers import Waiver

KINDS = frozenset({"meeting", "call", "email", "task"})
OUTCOMES = frozenset({"completed", "canceled", "no_show", "rescheduled", "scheduled", "planned", "sent", "failed"})
WORDS = {"kind": ("an activity", KINDS), "outcome": ("an outcome", OUTCOMES), "not_outcome": ("an outcome", OUTCOMES)}
"""What an activity and its end are called, whichever the CRM."""
OWN_KINDS = frozenset({"files", "pipedrive"})
"""Where a company makes up kinds of activity itself."""
ALIKE = 0.75


def lint_workspace(
    process: Process, connections: Mapping[str, ConnectionSettings], waivers: Iterable[Waiver]
) -> list[lint.Warning]:
    """Everything unwise between the files of a workspace."""
    kinds: set[str] = {one.kind for one in connections.values()}
    return [*_fields(process, connections), *_words(process.versions[-1], kinds), *_waivers(process, waivers)]


def _fields(process: Process, connections: Mapping[str, ConnectionSettings]) -> Iterator[lint.Warning]:
    """Exports may hold any column, so they are believed."""
    asked = {name: one for name, one in connections.items() if one.kind != "files"}
    for field in sorted(process.evidence_fields() - STANDARD):
        without = [name for name, one in asked.items() if field not in one.fields and field not in one.read_fields]
        if without:
            advice = f"add `{field}: …` (the CRM's own name) to `fields` in connections.yml; until then it is unknown"
            yield lint.Warning(f"field {field}", f"is not mapped by {', '.join(without)}", advice)


def _words(newest: NumberedVersion, kinds: set[str]) -> Iterator[lint.Warning]:
    """A mistyped word matches nothing, and every deal would be told that it lacks what it has. Exports are believed."""
    if kinds <= {"files"}:
        return
    for where, evidence in _evidence(newest):
        variants = [variant for terms in alternatives(evidence) for term in terms for variant in term.variants]
        asked = {(role, words) for variant in variants for role, words in variant.values if role in WORDS}
        unknown = {(role, word) for role, words in asked for word in words if word not in WORDS[role][1]}
        for role, word in sorted(unknown):
            what, known = WORDS[role]
            together = {other for one, words in asked if one == role and word in words for other in words}
            near = difflib.get_close_matches(word, known, n=1, cutoff=ALIKE)
            if near and not together & set(near):
                advice = f"did you mean {near[0]!r}? If your CRM writes both, name both"
            elif not near and role == "kind" and not kinds & OWN_KINDS:
                advice = f"they know {', '.join(sorted(known))}"
            else:
                continue
            yield lint.Warning(where, f"no CRM here is known to call {what} {word!r}", advice)


def _evidence(newest: NumberedVersion) -> Iterator[tuple[str, Evidence]]:
    for step in (*(step for _, _, step in newest.steps()), *newest.version.on_loss):
        if step.evidence is not None:
            yield f"step {step.key}", step.evidence
    for response in newest.version.responses:
        for evidence in (response.when, response.evidence):
            if evidence is not None:
                yield f"response {response.key}", evidence


def _waivers(process: Process, waivers: Iterable[Waiver]) -> Iterator[lint.Warning]:
    mandatory = {step.key for _, step in process.steps() if step.mandatory}
    for one in waivers:
        if one.deal is None and one.until is None and one.step in mandatory:
            message = f"lifts {one.step} for every deal and without an end"
            yield lint.Warning(
                f"waivers.csv:{one.line}", message, "give it an end, or make the step optional in process.yml"
            )
