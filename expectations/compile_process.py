"""The process as rows of reference tables: versions, stages, steps, and each step's evidence in normal form.

Only process.yml is translated here, the rest of it in compile_rules.py; accounts, days and money are compile.py's.
Meaning of the evidence tables: a step is done by ANY of its alternatives; an alternative needs ALL its terms; a record
counts towards a term when it passes ANY of the term's variants; a variant passes when ALL its roles do; a role passes
when the record has one of its values (`not_outcome`: none of them; `text`: one of them in its subject). A role without
rows lets everything pass, and so does a term without rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from expectations.compile_rules import TRIGGER, Row, rule_tables
from expectations.days import THE_BEGINNING, start_of_day
from expectations.evidence import Evidence, Term, alternatives
from expectations.evidence_words import sentence
from expectations.process import Defaults, NumberedVersion, Process
from expectations.reference_schema import frame
from expectations.steps import LossStep, Stage, Step


def process_tables(process: Process, zone: ZoneInfo) -> dict[str, pd.DataFrame]:
    """All the tables that process.yml determines."""
    versions = process.versions
    terms = list(_terms(process))
    steps = [row for numbered in versions for row in _steps(numbered, process.defaults)]
    return {
        "process_versions": frame("process_versions", _versions(versions, zone)),
        "process_deal_types": frame(
            "process_deal_types",
            (
                {"version": numbered.number, "deal_type": deal_type}
                for numbered in versions
                for deal_type in dict.fromkeys(numbered.version.applies_to.deal_types)
            ),
        ),
        "process_stages": frame("process_stages", (row for numbered in versions for row in _stages(numbered))),
        "process_steps": frame("process_steps", steps),
        "step_terms": frame("step_terms", (_term_row(*placed, zone) for placed in terms)),
        "step_term_values": frame("step_term_values", (row for placed in terms for row in _values(*placed))),
        **rule_tables(process),
    }


def _versions(versions: tuple[NumberedVersion, ...], zone: ZoneInfo) -> Iterator[Row]:
    """The oldest version judges everything before the second one, so that every deal has a version."""
    starts = [THE_BEGINNING] + [start_of_day(later.version.in_force_from or date.min, zone) for later in versions[1:]]
    for numbered, begins, ends in zip(versions, starts, [*starts[1:], None], strict=True):
        yield {"version": numbered.number, "valid_from": begins, "valid_to": ends}


def _stages(numbered: NumberedVersion) -> Iterator[Row]:
    for order, stage in enumerate(numbered.version.stages, 1):
        yield {
            "version": numbered.number,
            "stage_key": stage.key,
            "stage_name": stage.name,
            "stage_order": order,
            "probability": stage.probability,
            "max_days": stage.max_days,
            "is_optional": stage.optional,
        }


def _steps(numbered: NumberedVersion, defaults: Defaults) -> Iterator[Row]:
    for order, stage, step in numbered.steps():
        yield _step(numbered.number, order, stage, step, defaults)
    for loss in numbered.version.on_loss:
        yield {
            **_step_base(numbered.number, loss),
            "stage_key": "lost",
            "stage_order": None,
            "grace_seconds": None,
            "grace_working_days": None,
            "deadline_seconds": loss.within,
            "backfill_policy": defaults.backfill,
            "after_step_key": None,
            "must_be_inside": False,
            "clock": defaults.clock,
            "not_by_step_key": None,
        }


def _step(version: int, order: int, stage: Stage, step: Step, defaults: Defaults) -> Row:
    grace = step.grace or defaults.grace
    return {
        **_step_base(version, step),
        "stage_key": stage.key,
        "stage_order": order,
        "grace_seconds": grace.seconds,
        "grace_working_days": grace.working_days,
        "deadline_seconds": None,
        "backfill_policy": step.backfill or defaults.backfill,
        "after_step_key": step.after,
        "must_be_inside": step.must_be_inside,
        "clock": step.clock or defaults.clock,
        "not_by_step_key": step.not_by,
    }


def _step_base(version: int, step: Step | LossStep) -> Row:
    return {
        "version": version,
        "step_key": step.key,
        "step_name": step.name,
        "why": step.why,
        "is_mandatory": step.mandatory,
        "severity": step.severity_or_default,
        "sentence_text": step.sentence,
        "evidence_text": sentence(step),
    }


def _terms(process: Process) -> Iterator[tuple[int, str, int, int, Term]]:
    for version, key, evidence in _evidence(process):
        for alternative, terms in enumerate(alternatives(evidence), 1):
            for number, term in enumerate(terms, 1):
                yield version, key, alternative, number, term


def _evidence(process: Process) -> Iterator[tuple[int, str, Evidence]]:
    """Every piece of evidence under its key: of steps, then of responses and of what sets them off."""
    for version, step in process.steps():
        if step.evidence is not None:
            yield version, step.key, step.evidence
    for numbered in process.versions:
        for response in numbered.version.responses:
            if response.evidence is not None:
                yield numbered.number, response.key, response.evidence
            yield numbered.number, response.key + TRIGGER, response.when


def _term_row(version: int, step_key: str, alternative: int, number: int, term: Term, zone: ZoneInfo) -> Row:
    return {
        "version": version,
        "step_key": step_key,
        "alternative": alternative,
        "term": number,
        "kind": term.kind,
        "field": term.field,
        "test": term.test,
        "min_count": term.min_count,
        "distinct_days": term.distinct_days,
        "within_days_before_gate": term.within_days_before_gate,
        "changed_after": None if term.changed_after is None else start_of_day(term.changed_after, zone),
        "stage_key": term.stage_key,
        "needs_contact": term.needs_contact,
    }


def _values(version: int, step_key: str, alternative: int, number: int, term: Term) -> Iterator[Row]:
    for variant, filters in enumerate(term.variants, 1):
        for role, values in filters.values:
            for value in values:
                yield {
                    "version": version,
                    "step_key": step_key,
                    "alternative": alternative,
                    "term": number,
                    "variant": variant,
                    "role": role,
                    "value": value,
                }
