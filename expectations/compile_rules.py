"""What a process says beside stages and evidence, as rows of reference tables: conditions, modes, answers and hygiene.

compile_process.py does stages, steps and evidence. A condition with no step gates the whole version; the deal types of
a version are a table of their own, because they also say which deals a version judges at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from expectations.conditions import Condition, conditions
from expectations.duties import Hygiene, Response
from expectations.evidence_words import phrase, sentence
from expectations.process import Process
from expectations.reference_schema import frame
from expectations.steps import LossStep, Step

TRIGGER = ":trigger"
"""What sets a response off stands among the evidence under the response's key with this behind it."""

Row = dict[str, Any]


def rule_tables(process: Process) -> dict[str, pd.DataFrame]:
    """The six tables about conditions, modes, responses and hygiene."""
    placed = list(_conditions(process))
    return {
        "step_conditions": frame("step_conditions", (_condition(*one) for one in placed)),
        "step_condition_values": frame("step_condition_values", (row for one in placed for row in _values(*one))),
        "step_modes": frame("step_modes", (row for version, step in process.steps() for row in _modes(version, step))),
        "process_responses": frame(
            "process_responses",
            (_response(n.number, one) for n in process.versions for one in n.version.responses),
        ),
        "process_hygiene": frame(
            "process_hygiene", (_hygiene(n.number, one) for n in process.versions for one in n.version.while_open)
        ),
        "process_hygiene_stages": frame(
            "process_hygiene_stages",
            (
                {"version": n.number, "rule_key": one.key, "stage_key": stage}
                for n in process.versions
                for one in n.version.while_open
                for stage in dict.fromkeys(one.stages)
            ),
        ),
    }


def _conditions(process: Process) -> Iterator[tuple[int, str | None, int, Condition]]:
    for numbered in process.versions:
        whole = conditions(numbered.version.applies_to, with_deal_types=False)
        yield from ((numbered.number, None, place, one) for place, one in enumerate(whole, 1))
        for _, _, step in numbered.steps():
            own = conditions(step.applies_to, with_deal_types=True)
            yield from ((numbered.number, step.key, place, one) for place, one in enumerate(own, 1))


def _condition(version: int, step_key: str | None, place: int, one: Condition) -> Row:
    return {
        "version": version,
        "step_key": step_key,
        "condition": place,
        "field": one.field,
        "test": one.test,
        "number": one.number,
    }


def _values(version: int, step_key: str | None, place: int, one: Condition) -> Iterator[Row]:
    for value in one.values:
        yield {"version": version, "step_key": step_key, "condition": place, "value": value}


def _modes(version: int, step: Step | LossStep) -> Iterator[Row]:
    """No row means alert, so that a process that says nothing of modes has an empty table."""
    if step.mode.default != "alert":
        yield {"version": version, "step_key": step.key, "team": None, "mode": step.mode.default}
    for team, mode in step.mode.teams.items():
        yield {"version": version, "step_key": step.key, "team": team, "mode": mode}


def _response(version: int, one: Response) -> Row:
    return {
        "version": version,
        "response_key": one.key,
        "response_name": one.name,
        "why": one.why,
        "is_mandatory": one.mandatory,
        "severity": one.severity_or_default,
        "within_seconds": one.within.seconds,
        "within_working_days": one.within.working_days,
        "sentence_text": one.sentence,
        "evidence_text": sentence(one),
        "trigger_text": phrase(one.when),
    }


def _hygiene(version: int, one: Hygiene) -> Row:
    return {
        "version": version,
        "rule_key": one.key,
        "rule_name": one.name,
        "why": one.why,
        "severity": one.severity,
        "kind": one.rule.kind,
        "number": one.rule.number,
        "sentence_text": one.sentence,
    }
