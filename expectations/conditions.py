"""Which deals something is for: the model of `applies_to:` and its normal form, conditions that must all hold.

The vocabulary of conditions belongs here. Which of them can never hold is condition_checks.py's business; whether they
hold for a deal when it leaves a stage is worked out by the dbt models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from connectors.configfile import ConfigModel
from expectations.evidence import Words

DealType = Literal["new", "expansion", "renewal", "partner"]
Test = Literal["one_of", "none_of", "at_least", "below", "filled"]


class Amount(ConfigModel):
    """From how much to below how much, in the home currency."""

    at_least: float | None = Field(default=None, description="This much or more.")
    below: float | None = Field(default=None, description="Less than this.")


class FieldCondition(ConfigModel):
    """What a field of the deal must say when the deal leaves the stage."""

    field: str = Field(min_length=1, description="The field, by the process's name (connections.yml maps it).")
    one_of: Words | None = Field(default=None, description="One of these values.")
    none_of: Words | None = Field(default=None, description="None of these values.")
    is_: Literal["filled"] | None = Field(default=None, alias="is", description="Any value at all.")
    at_least: float | None = Field(default=None, description="A number, this much or more.")
    below: float | None = Field(default=None, description="A number, less than this.")


class StepAppliesTo(ConfigModel):
    """Which deals owe the step: all that is said here must be true when the deal leaves the stage."""

    deal_types: tuple[DealType, ...] | None = Field(default=None, min_length=1, description="Only these types.")
    pipelines: Words | None = Field(
        default=None, description="Only these pipelines: the CRM's pipeline id, or connection/id."
    )
    segments: Words | None = Field(default=None, description="Only these values of the field `segment`.")
    amount: Amount | None = Field(default=None, description="Only deals of such an amount.")
    fields: tuple[FieldCondition, ...] = Field(default=(), description="Only deals whose fields say this.")


class AppliesTo(StepAppliesTo):
    """Which deals the process judges."""

    deal_types: tuple[DealType, ...] = Field(
        default=("new",), min_length=1, description="Only these types (new business alone)."
    )


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one field: of its values (one_of, none_of), of a number (at_least, below), or that it is filled."""

    field: str
    test: Test
    number: float | None = None
    values: tuple[str, ...] = ()


def conditions(applies: StepAppliesTo | None, *, with_deal_types: bool) -> tuple[Condition, ...]:
    """The normal form: a deal is meant when every condition holds. No condition means every deal."""
    return tuple(dict.fromkeys(_conditions(applies, with_deal_types))) if applies is not None else ()


def condition_fields(applies: StepAppliesTo | None) -> frozenset[str]:
    """The fields whose history decides; connectors read it. Deal type and pipeline are no fields of a CRM's."""
    tested = {condition.field for condition in conditions(applies, with_deal_types=False)}
    return frozenset(tested - {"deal_type", "pipeline"})


def _conditions(applies: StepAppliesTo, with_deal_types: bool) -> Iterator[Condition]:
    if with_deal_types and applies.deal_types is not None:
        yield Condition("deal_type", "one_of", values=tuple(dict.fromkeys(applies.deal_types)))
    if applies.pipelines is not None:
        yield Condition("pipeline", "one_of", values=tuple(dict.fromkeys(applies.pipelines)))
    if applies.segments is not None:
        yield Condition("segment", "one_of", values=tuple(dict.fromkeys(applies.segments)))
    if applies.amount is not None:
        yield from _limits("amount", applies.amount)
    for one in applies.fields:
        if one.one_of is not None:
            yield Condition(one.field, "one_of", values=tuple(dict.fromkeys(one.one_of)))
        if one.none_of is not None:
            yield Condition(one.field, "none_of", values=tuple(dict.fromkeys(one.none_of)))
        if one.is_ is not None:
            yield Condition(one.field, "filled")
        yield from _limits(one.field, one)


def _limits(field: str, limits: Amount | FieldCondition) -> Iterator[Condition]:
    if limits.at_least is not None:
        yield Condition(field, "at_least", number=limits.at_least)
    if limits.below is not None:
        yield Condition(field, "below", number=limits.below)
