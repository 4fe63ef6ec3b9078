"""Evidence in normal form and in words: nested any/all become alternatives of terms."""

from __future__ import annotations

import pytest
import yaml

from expectations.evidence import Evidence, Term, Variant, alternatives
from expectations.evidence_words import phrase

CALL = Term("activity", variants=(Variant((("kind", ("call",)),)),))
MEETING = Term("activity", variants=(Variant((("kind", ("meeting",)),)),))
AMOUNT = Term("field", field="amount", test="positive")
QUOTE = Term("document", variants=(Variant((("document_kind", ("quote",)),)),))


def read(text: str) -> Evidence:
    return Evidence.model_validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{activity: call}", [(CALL,)]),
        ("{any: [{activity: call}, {activity: meeting}]}", [(CALL,), (MEETING,)]),
        ("{all: [{activity: call}, {field: amount, is: positive}]}", [(CALL, AMOUNT)]),
        (
            ("{all: [{any: [{activity: call}, {activity: meeting}]}, "
            "{any: [{field: amount, is: positive}, {document: quote}]}]}"),
            [(CALL, AMOUNT), (CALL, QUOTE), (MEETING, AMOUNT), (MEETING, QUOTE)],
        ),
        ("{any: [{activity: call}, {all: [{activity: meeting}, {document: quote}]}]}", [(CALL,), (MEETING, QUOTE)]),
        ("{any: [{activity: call}, {any: [{activity: CALL}]}]}", [(CALL,)]),
        ("{all: [{activity: call}, {all: [{activity: call}, {document: quote}]}]}", [(CALL, QUOTE)]),
        ("{field: stage_plan}", [(Term("field", field="stage_plan", test="filled"),)]),
        (
            "{field: tier, one_of: [Gold, 2]}",
            [(Term("field", field="tier", test="one_of", variants=(Variant((("value", ("gold", "2")),)),)),)],
        ),
        ("{stage: second}", [(Term("stage", stage_key="second"),)]),
        ("{contact: any, at_least: 2}", [(Term("contact", min_count=2),)]),
        (
            "{on_days: 2, any: [{activity: call}, {activity: meeting}]}",
            [(Term("activity", distinct_days=2, variants=(*CALL.variants, *MEETING.variants)),)],
        ),
        ("{on_days: 2, any: [{activity: any}, {activity: meeting}]}", [(Term("activity", distinct_days=2),)]),
    ],
)  # fmt: skip
def test_evidence_becomes_alternatives_of_terms(text, expected):
    assert alternatives(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{field: amount, is: positive}", "amount above 0"),
        ("{field: tier, one_of: [gold, silver]}", "tier set to gold or silver"),
        ("{field: close_date, at_gate: on_or_after}", "close date not yet past when the deal left the stage"),
        ("{contact: any, at_least: 2}", "two contacts on the deal"),
        ("{contact: [economic_buyer]}", "one contact with the role economic buyer on the deal"),
        ("{document: quote, status: [approved]}", "a quote in the status approved"),
        ("{stage: second}", "the deal entered the stage second"),
        ("{activity: email, direction: in}", "an incoming email"),
        (
            "{any: [{activity: meeting, outcome_not: [canceled, no_show]}, {activity: call, outcome: completed}]}",
            "a meeting that was not canceled or no show, or a completed call",
        ),
        (
            "{activity: any, with_contact: true, in_last_days: 30}",
            "an activity with a contact of the buyer in the 30 days before leaving the stage",
        ),
    ],
)
def test_evidence_reads_as_words(text, words):
    assert phrase(read(text)) == words
