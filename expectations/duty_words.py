"""What a response to an event, or a rule of open deals, means: headings with what there is to say about it.

Only wording belongs here. What is said is what the dbt models do with the reference tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from expectations.condition_words import deals_in_words
from expectations.duties import CONTACT_WITHIN, PUSHES_AT_MOST, Hygiene, OpenRule, Response
from expectations.evidence_words import listed, phrase
from expectations.process import NumberedVersion
from expectations.step_words import Part, evidence_in_words, meaning, own_sentence, time_in_words, why_parts


def response_parts(numbered: NumberedVersion, response: Response) -> Iterator[Part]:
    """Of a duty that an event sets off."""
    yield from meaning(response, "leaving it out is a finding, each time")
    yield "Set off by", f"{phrase(response.when)}, each time"
    yield "Due", time_in_words(response.within, "that")
    yield "Owed by", deals_in_words(numbered.version.applies_to)
    yield "Evidence", f"{evidence_in_words(response.evidence, None)}, at that moment or later"
    yield (
        "Verdicts",
        (
            "one for each event: fulfilled, late, missing, pending (there is time left), or closed before the deadline "
            "(the deal ended first); in marts.fct_responses"
        ),
    )
    yield "Apart", "unknown, where the CRM keeps no history that could tell; it is in no rate of steps"


def hygiene_parts(numbered: NumberedVersion, rule: Hygiene) -> Iterator[Part]:
    """Of a rule that holds while a deal is open."""
    yield from why_parts(rule.why)
    yield "Holds", _rule(rule.rule)
    names = {stage.key: stage.name for stage in numbered.version.stages}
    where = f"in {listed([names[key] for key in rule.stages])}" if rule.stages else "in every stage"
    yield "While", f"the deal is open, {where}"
    yield "Asked of", deals_in_words(numbered.version.applies_to)
    yield "Apart", "in marts.fct_hygiene alone; it is in no rate, and unknown where the CRM can't tell"
    yield from own_sentence(rule.sentence)


def _rule(rule: OpenRule) -> str:
    number = f"{rule.number:g}" if rule.number is not None else ""
    plural = "" if rule.number == 1 else "s"
    last = "the last activity with the buyer (or the deal's beginning)"
    return {
        "close_date_not_past": "the close date is set and not past",
        "next_activity_planned": "an activity is planned for a day to come",
        "amount_present": "the amount is above 0",
        CONTACT_WITHIN: f"{last} is at most {number} day{plural} old",
        PUSHES_AT_MOST: f"the close date was put off at most {number} time{plural}",
    }[rule.kind]
