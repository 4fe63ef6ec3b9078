"""What in the CRM proves that a step was done: the model of `evidence:` and its normal form.

The vocabulary of evidence belongs here. Which evidence is a mistake is evidence_checks.py's business, the reference
tables compile.py's, and finding the evidence in a company's data the dbt models'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from expectations.durations import DateField

KINDS = ("field", "activity", "contact", "document", "stage", "approval")
COUNTERS = ("at_least", "on_days", "in_last_days", "with_contact")
ANY = "any"
APPROVAL = "approval"
"""The kind of document that an approval is, where the CRM knows no kinds of approval."""


def as_words(value: Any) -> Any:
    """One word or a list of words, as a list of lower-case words; numbers and booleans in a list are words too."""
    items = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(item, dict | list) or item is None for item in items):
        return value
    return tuple(str(item).strip().lower() for item in items)


Words = Annotated[
    tuple[str, ...], BeforeValidator(as_words, json_schema_input_type=str | list[str]), Field(min_length=1)
]


class Evidence(BaseModel):
    """Proof of a step: one of `field`, `activity`, `contact`, `document`, `stage`, `approval`, or several."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    any: tuple[Evidence, ...] | None = Field(default=None, min_length=1, description="Any one of these suffices.")
    all: tuple[Evidence, ...] | None = Field(default=None, min_length=1, description="All of these are needed.")

    field: str | None = Field(
        default=None,
        description="A field of the deal: amount, close_date, owner, lost_reason, or one that connections.yml maps.",
    )
    is_: Literal["filled", "positive"] | None = Field(
        default=None, alias="is", description="`filled` (the default) or `positive` (a number above 0)."
    )
    one_of: Words | None = Field(default=None, description="The field has one of these values.")
    at_gate: Literal["on_or_after"] | None = Field(
        default=None, description="`on_or_after`: the date held when the deal left the stage was not yet past."
    )

    changed_after: DateField | None = Field(
        default=None, description="Only what the field was set to from this day on (company's time zone)."
    )

    activity: Words | None = Field(default=None, description="Kinds of activity (meeting, call, email ...), or `any`.")
    outcome: Words | None = Field(default=None, description="Only activities with one of these outcomes.")
    outcome_not: Words | None = Field(default=None, description="No activities with one of these outcomes.")
    direction: Literal["in", "out"] | None = Field(default=None, description="`in` from the buyer, `out` to the buyer.")
    text: Words | None = Field(default=None, description="Only activities with one of these words in their subject.")

    contact: Words | None = Field(default=None, description="A contact on the deal with one of these roles, or `any`.")

    document: Words | None = Field(
        default=None, description="Kinds of document (quote, line_item, file ...), or `any`."
    )
    status: Words | None = Field(default=None, description="Only documents in one of these statuses.")

    approval: Words | None = Field(
        default=None, description="`any` approval on record, or documents of these kinds of approval."
    )

    stage: str | None = Field(default=None, description="The deal has entered this stage.")

    at_least: int | None = Field(default=None, ge=1, le=1000, description="How many are needed (1).")
    on_days: int | None = Field(default=None, ge=1, le=1000, description="On how many different days (1).")
    in_last_days: float | None = Field(
        default=None, gt=0, le=3660, description="Only what happened in so many days before the deal left the stage."
    )
    with_contact: bool | None = Field(default=None, description="Only activities with a contact of the buyer.")


@dataclass(frozen=True, slots=True)
class Variant:
    """One filter over records: roles with the values that pass. A record passes when all its roles do."""

    values: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One countable proof. Records that pass any of the variants count towards `min_count` and `distinct_days`."""

    kind: Literal["field", "field_at_gate", "activity", "contact", "document", "stage"]
    field: str | None = None
    test: Literal["filled", "positive", "one_of", "on_or_after_gate"] | None = None
    min_count: int = 1
    distinct_days: int = 1
    within_days_before_gate: float | None = None
    changed_after: date | None = None
    stage_key: str | None = None
    needs_contact: bool = False
    variants: tuple[Variant, ...] = (Variant(),)


def alternatives(evidence: Evidence) -> list[tuple[Term, ...]]:
    """Disjunctive normal form: done by ANY alternative, and an alternative needs ALL its terms."""
    if evidence.any is not None:
        if any(getattr(evidence, counter) is not None for counter in COUNTERS):
            return [(_counted_together(evidence, evidence.any),)]
        return _unique([alternative for part in evidence.any for alternative in alternatives(part)])
    if evidence.all is not None:
        combined = product(*(alternatives(part) for part in evidence.all))
        return _unique([tuple(dict.fromkeys(term for terms in choice for term in terms)) for choice in combined])
    return [(_term(evidence),)]


def fields_of(evidence: Evidence) -> frozenset[str]:
    """The deal's fields that it looks at."""
    terms = (term for alternative in alternatives(evidence) for term in alternative)
    return frozenset(term.field for term in terms if term.field is not None)


def asks_for_text(evidence: Evidence) -> bool:
    """Whether it looks for words in what an activity is about."""
    variants = (v for terms in alternatives(evidence) for term in terms for v in term.variants)
    return any(role == "text" for variant in variants for role, _ in variant.values)


def _unique(found: list[tuple[Term, ...]]) -> list[tuple[Term, ...]]:
    return list(dict.fromkeys(found))


def _counted_together(group: Evidence, parts: tuple[Evidence, ...]) -> Term:
    """`{on_days: 2, any: [meeting, call]}`: a meeting and a call on another day are two conversations together."""
    variants = tuple(variant for part in parts for variant in _term(part).variants)
    if Variant() in variants:
        variants = (Variant(),)  # one that lets everything pass makes the others idle
    return Term(
        kind=_term(parts[0]).kind,
        min_count=group.at_least or 1,
        distinct_days=group.on_days or 1,
        within_days_before_gate=group.in_last_days,
        needs_contact=bool(group.with_contact),
        variants=variants,
    )


def _term(evidence: Evidence) -> Term:
    counters: dict[str, Any] = {
        "min_count": evidence.at_least or 1,
        "distinct_days": evidence.on_days or 1,
        "within_days_before_gate": evidence.in_last_days,
        "needs_contact": bool(evidence.with_contact),
    }
    if evidence.field is not None:
        if evidence.at_gate is not None:
            return Term(kind="field_at_gate", field=evidence.field, test="on_or_after_gate")
        return Term(
            kind="field",
            field=evidence.field,
            test="one_of" if evidence.one_of is not None else evidence.is_ or "filled",
            within_days_before_gate=evidence.in_last_days,
            changed_after=evidence.changed_after,
            variants=_variant(value=evidence.one_of),
        )
    if evidence.stage is not None:
        return Term(kind="stage", stage_key=evidence.stage)
    if evidence.contact is not None:
        return Term(kind="contact", variants=_variant(contact_role=evidence.contact), **counters)
    if evidence.document is not None:
        variants = _variant(document_kind=evidence.document, status=evidence.status)
        return Term(kind="document", variants=variants, **counters)
    if evidence.approval is not None:
        kinds = (APPROVAL,) if evidence.approval == (ANY,) else evidence.approval
        return Term(kind="document", variants=_variant(document_kind=kinds, status=evidence.status), **counters)
    if evidence.activity is not None:
        direction = None if evidence.direction is None else (evidence.direction,)
        variants = _variant(
            kind=evidence.activity,
            outcome=evidence.outcome,
            not_outcome=evidence.outcome_not,
            direction=direction,
            text=evidence.text,
        )
        return Term(kind="activity", variants=variants, **counters)
    raise ValueError("evidence names none of " + ", ".join(KINDS))


def _variant(**roles: tuple[str, ...] | None) -> tuple[Variant, ...]:
    """A role left out, or `any`, lets everything pass."""
    given = ((role, tuple(dict.fromkeys(values))) for role, values in roles.items() if values and values != (ANY,))
    return (Variant(tuple(given)),)
