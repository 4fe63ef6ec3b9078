"""What is owed beside the steps of a stage: answers to an event within a time, and rules of an open deal (hygiene).

Only the models belong here. An answer is judged each time its event happens; hygiene is reported apart and is in no
rate. Both are judged by the dbt models from the reference tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from connectors.configfile import ConfigModel
from expectations.durations import SECONDS_IN, GraceField, parse_span
from expectations.evidence import Evidence
from expectations.steps import SENTENCE, Duty, Key, Severity

PlainRule = Literal["close_date_not_past", "next_activity_planned", "amount_present"]
PLAIN_RULES: tuple[PlainRule, ...] = get_args(PlainRule)
CONTACT_WITHIN, PUSHES_AT_MOST = "contact_within", "pushes_at_most"
RULE_HELP = (
    f"write {', '.join(f'`{rule}`' for rule in PLAIN_RULES)}, `{{{CONTACT_WITHIN}: 14 days}}` or "
    f"`{{{PUSHES_AT_MOST}: 3}}`"
)
MOST_PUSHES = 1000


@dataclass(frozen=True, slots=True)
class OpenRule:
    """A rule of open deals. `number`: days of contact_within, pushes of pushes_at_most; else None."""

    kind: str
    number: float | None = None


def parse_rule(value: Any) -> OpenRule:
    """A rule from a word, or from a word with its number."""
    if isinstance(value, OpenRule):
        return value
    if value in PLAIN_RULES:
        return OpenRule(str(value))
    if isinstance(value, dict) and len(value) == 1:
        ((kind, limit),) = value.items()
        if kind == CONTACT_WITHIN:
            return OpenRule(CONTACT_WITHIN, parse_span(limit) / SECONDS_IN["day"])
        counted = kind == PUSHES_AT_MOST and isinstance(limit, int) and not isinstance(limit, bool)
        if counted and 0 <= limit <= MOST_PUSHES:
            return OpenRule(PUSHES_AT_MOST, limit)
    raise ValueError(f"is not a rule for open deals; {RULE_HELP}")


RuleField = Annotated[
    OpenRule,
    BeforeValidator(parse_rule),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(PLAIN_RULES)},
                {
                    "type": "object",
                    "properties": {CONTACT_WITHIN: {"type": "string", "examples": ["14 days"]}},
                    "required": [CONTACT_WITHIN],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {PUSHES_AT_MOST: {"type": "integer", "minimum": 0, "maximum": MOST_PUSHES}},
                    "required": [PUSHES_AT_MOST],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Response(Duty):
    """A duty that an event sets off, each time it happens: this within that time."""

    when: Evidence = Field(description="The event: an activity, document, stage or field, or `any` of several.")
    within: GraceField = Field(description="How long the answer may take, for example `7 days` or `{working_days: 2}`.")


class Hygiene(ConfigModel):
    """A rule that holds while a deal is open; reported apart and in no rate."""

    key: Key
    name: str = Field(min_length=1, description="What people read.")
    why: str = Field(default="", description="Why it matters, in one sentence for the seller.")
    severity: Severity = Field(default="low", description="How much it matters.")
    sentence: str | None = Field(default=None, min_length=1, description=SENTENCE)
    rule: RuleField = Field(description=f"What must hold: {RULE_HELP.removeprefix('write ')}.")
    stages: tuple[str, ...] = Field(default=(), description="Only in these stages; else in every stage.")
