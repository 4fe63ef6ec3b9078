"""The process as objects, read from the rows of the reference tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Variant:
    """One filter: role -> the values that pass."""

    values: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Term:
    """One countable proof."""

    kind: str
    field: str | None
    test: str | None
    min_count: int
    distinct_days: int
    within_days: float | None
    changed_after: datetime | None
    stage_key: str | None
    needs_contact: bool
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of one version. `alternatives`: any of them, each with all its terms."""

    step_key: str
    stage_key: str
    is_mandatory: bool
    grace_seconds: int | None
    grace_working_days: int | None
    deadline_seconds: int | None
    backfill_policy: str
    after_step_key: str | None
    must_be_inside: bool
    clock: str
    alternatives: tuple[tuple[Term, ...], ...]
    not_by_step_key: str | None = None
    modes: Mapping[str | None, str] = field(default_factory=dict)
    """Team -> who hears of a finding; None: of the teams without a line of their own."""


@dataclass(frozen=True, slots=True)
class Response:
    """What one of the `triggers` sets off, and one of the `terms` answers; single records both."""

    response_key: str
    is_mandatory: bool
    within_seconds: int | None
    within_working_days: int | None
    triggers: tuple[Term, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class OpenRule:
    """A rule of open deals; `stages` empty: in all of them."""

    rule_key: str
    kind: str
    number: float | None
    stages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of one version."""

    stage_key: str
    order: int
    max_days: float | None
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true of a deal for a step to be asked of it; `step_key` None: for the whole version."""

    step_key: str | None
    field: str
    test: str
    number: float | None
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Version:
    """The process from one moment to another."""

    number: int
    valid_from: datetime
    valid_to: datetime | None
    deal_types: frozenset[str]
    stages: tuple[Stage, ...]
    steps: Mapping[str, Step]
    conditions: tuple[Condition, ...] = ()
    responses: Mapping[str, Response] = field(default_factory=dict)
    open_rules: Mapping[str, OpenRule] = field(default_factory=dict)

    def position(self, stage_key: str) -> int | None:
        """A stage's place; won comes after the last; None for lost, unmapped and what this version does not know."""
        if stage_key == "won":
            return len(self.stages) + 1
        return next((stage.order for stage in self.stages if stage.stage_key == stage_key), None)


@dataclass(frozen=True, slots=True)
class Process:
    """All versions, oldest first, and the settings that belong to them."""

    versions: tuple[Version, ...]
    flicker_seconds: int
    backfill_seconds: int
    won_at_birth_seconds: int = 0
    logging_min_activities: int = 0

    def at(self, moment: datetime) -> Version:
        """The version in force at a moment."""
        for version in self.versions:
            if version.valid_from <= moment and (version.valid_to is None or moment < version.valid_to):
                return version
        raise ValueError(f"no version of the process is in force at {moment}")

    def step_keys(self) -> dict[str, str]:
        """Every step of any version with its stage."""
        return {step.step_key: step.stage_key for version in self.versions for step in version.steps.values()}


def read_process(
    tables: Tables,
    *,
    flicker_seconds: int,
    backfill_seconds: int,
    won_at_birth_seconds: int = 0,
    logging_min_activities: int = 0,
) -> Process:
    """The process that the compiled tables describe."""
    rows = {name: _rows(frame) for name, frame in tables.items()}
    versions = []
    for row in sorted(rows["process_versions"], key=lambda row: int(row["version"])):
        number = int(row["version"])
        mine = {name: [r for r in table if r.get("version") == number] for name, table in rows.items()}
        stages = [
            Stage(r["stage_key"], int(r["stage_order"]), r["max_days"], bool(r["is_optional"]))
            for r in mine["process_stages"]
        ]
        versions.append(
            Version(
                number=number,
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
                deal_types=frozenset(r["deal_type"] for r in mine["process_deal_types"]),
                stages=tuple(sorted(stages, key=lambda stage: stage.order)),
                steps={r["step_key"]: _step(r, mine) for r in mine["process_steps"]},
                conditions=tuple(_condition(r, mine["step_condition_values"]) for r in mine["step_conditions"]),
                open_rules={r["rule_key"]: _open_rule(r, mine) for r in mine["process_hygiene"]},
                responses={r["response_key"]: _response(r, mine) for r in mine["process_responses"]},
            )
        )
    return Process(tuple(versions), flicker_seconds, backfill_seconds, won_at_birth_seconds, logging_min_activities)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in record.items()} for record in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _condition(row: Mapping[str, Any], values: Iterable[Mapping[str, Any]]) -> Condition:
    named = (row["step_key"], row["condition"])
    words = frozenset(value["value"] for value in values if (value["step_key"], value["condition"]) == named)
    return Condition(row["step_key"], row["field"], row["test"], row["number"], words)


def _open_rule(row: Mapping[str, Any], mine: Mapping[str, list[dict[str, Any]]]) -> OpenRule:
    stages = (r["stage_key"] for r in mine["process_hygiene_stages"] if r["rule_key"] == row["rule_key"])
    return OpenRule(row["rule_key"], row["kind"], row["number"], frozenset(stages))


def _response(row: Mapping[str, Any], mine: Mapping[str, list[dict[str, Any]]]) -> Response:
    key = row["response_key"]
    triggers, terms = _alternatives(f"{key}:trigger", mine), _alternatives(key, mine)
    return Response(
        response_key=key,
        is_mandatory=bool(row["is_mandatory"]),
        within_seconds=row["within_seconds"],
        within_working_days=row["within_working_days"],
        triggers=tuple(term for one in triggers for term in one),
        terms=tuple(term for one in terms for term in one),
    )


def _alternatives(key: str, mine: Mapping[str, list[dict[str, Any]]]) -> tuple[tuple[Term, ...], ...]:
    terms = [r for r in mine["step_terms"] if r["step_key"] == key]
    values = [r for r in mine["step_term_values"] if r["step_key"] == key]
    return tuple(
        tuple(_term(r, values) for r in terms if r["alternative"] == number)
        for number in sorted({int(r["alternative"]) for r in terms})
    )


def _step(row: Mapping[str, Any], mine: Mapping[str, list[dict[str, Any]]]) -> Step:
    return Step(
        step_key=row["step_key"],
        stage_key=row["stage_key"],
        is_mandatory=bool(row["is_mandatory"]),
        grace_seconds=row["grace_seconds"],
        grace_working_days=row["grace_working_days"],
        deadline_seconds=row["deadline_seconds"],
        backfill_policy=row["backfill_policy"],
        after_step_key=row["after_step_key"],
        must_be_inside=bool(row.get("must_be_inside")),
        clock=row.get("clock") or "completion",
        alternatives=_alternatives(row["step_key"], mine),
        not_by_step_key=row.get("not_by_step_key"),
        modes={r["team"]: r["mode"] for r in mine["step_modes"] if r["step_key"] == row["step_key"]},
    )


def _term(row: Mapping[str, Any], values: Iterable[Mapping[str, Any]]) -> Term:
    found: dict[int, dict[str, set[str]]] = {}
    for value in values:
        if (value["alternative"], value["term"]) == (row["alternative"], row["term"]):
            found.setdefault(int(value["variant"]), {}).setdefault(value["role"], set()).add(value["value"])
    variants = [Variant({role: frozenset(words) for role, words in roles.items()}) for roles in found.values()]
    return Term(
        kind=row["kind"],
        field=row["field"],
        test=row["test"],
        min_count=int(row["min_count"] or 1),
        distinct_days=int(row["distinct_days"] or 1),
        within_days=row["within_days_before_gate"],
        changed_after=row.get("changed_after"),
        stage_key=row["stage_key"],
        needs_contact=bool(row["needs_contact"]),
        variants=tuple(variants) or (Variant({}),),
    )
