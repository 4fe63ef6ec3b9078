"""What a rule of the process means, in words: what is owed, when, by whom, what counts, and what is reported apart.

Here is which rules there are and which version is meant; the words are in step_words.py and duty_words.py, those for
evidence in evidence_words.py, those for conditions in condition_words.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from expectations.duty_words import hygiene_parts, response_parts
from expectations.process import NumberedVersion, Process
from expectations.step_words import Part, loss_parts, step_parts


@dataclass(frozen=True, slots=True)
class Explanation:
    """One rule of one version. `parts` are headings with what there is to say, in the order of reading."""

    key: str
    name: str
    kind: str
    version: int
    parts: tuple[Part, ...]


def explain(process: Process, key: str, version: int | None = None) -> Explanation | None:
    """The rule called `key` in a version, by default the newest that has it; None where there is none."""
    for numbered in reversed(process.versions):
        if version in (None, numbered.number):
            for found in explain_version(process, numbered):
                if found.key == key:
                    return found
    return None


def explain_version(process: Process, numbered: NumberedVersion) -> Iterator[Explanation]:
    """Every rule of a version, in the order of the file."""
    number, version = numbered.number, tuple(_version(process, numbered))
    for _, stage, step in numbered.steps():
        parts = (*step_parts(process, numbered, stage, step), *version)
        yield Explanation(step.key, step.name, f"step of {stage.name}", number, parts)
    for response in numbered.version.responses:
        parts = (*response_parts(numbered, response), *version)
        yield Explanation(response.key, response.name, "response to an event", number, parts)
    for rule in numbered.version.while_open:
        parts = (*hygiene_parts(numbered, rule), *version)
        yield Explanation(rule.key, rule.name, "rule of open deals", number, parts)
    for loss in numbered.version.on_loss:
        parts = (*loss_parts(process, numbered, loss), *version)
        yield Explanation(loss.key, loss.name, "step after a loss", number, parts)


def _version(process: Process, numbered: NumberedVersion) -> Iterator[Part]:
    """Which version it is; a process that has one alone needs no such words."""
    if len(process.versions) == 1:
        return
    since = numbered.version.in_force_from
    begins = f"in force from {since}" if since and numbered.number > 1 else "in force from the beginning"
    later = [one.version.in_force_from for one in process.versions if one.number == numbered.number + 1]
    ends = f" until {later[0]}" if later else ""
    which = f"{numbered.number} of {len(process.versions)}"
    yield "Version", f"{which}, {begins}{ends}; what counts is the day on which a deal entered the stage"
