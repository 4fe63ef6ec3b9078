"""What a step of a stage, or after a loss, means: headings with what there is to say about it.

Only wording belongs here. What is said is what the dbt models do with the reference tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from expectations.condition_words import deals_in_words
from expectations.durations import Grace, span_in_words
from expectations.evidence import Evidence, alternatives
from expectations.evidence_words import phrase
from expectations.process import NumberedVersion, Process
from expectations.steps import Clock, Duty, LossStep, Modes, Stage, Step

Part = tuple[str, str]
"""A heading, and what there is to say."""
MODES = {
    "alert": "everybody who gets alerts",
    "coach": "the owner alone (coach)",
    "observe": "nobody; it is in the numbers alone (observe)",
}
BACKFILL = {
    "flag": "is `recorded afterwards`: against the lower bound of the rate, for the upper one",
    "accept": "counts as in time",
    "reject": "does not count",
}
ORDINALS = ("", "next", "second", "third", "fourth", "fifth")
DOUBT = (
    "unknown, where the CRM keeps no history that could tell, or what it says leaves both answers open; "
    "waived, where a line of waivers.csv lifts it; neither is in the rate"
)


def step_parts(process: Process, numbered: NumberedVersion, stage: Stage, step: Step) -> Iterator[Part]:
    """Of a step that is due when the deal leaves its stage."""
    defaults = process.defaults
    yield from meaning(step, f"leaving {stage.name} without it is a finding")
    is_last = stage is numbered.version.stages[-1]
    moment = "is won" if is_last else "first stands in any later stage, or is won"
    yield "Due", f"when the deal leaves {stage.name}: when it {moment}. A deal lost in {stage.name} is not asked for it"
    is_held = _holds_at_gate(step.evidence)
    if is_held:
        yield "Grace", "none: what had to hold when the deal left the stage nobody can put right later"
    else:
        yield "Grace", time_in_words(step.grace or defaults.grace, "leaving the stage")
    yield "Owed by" if step.mandatory else "Asked of", _owed_by(numbered, step)
    yield "Evidence", evidence_in_words(step.evidence, step.clock or defaults.clock)
    if step.must_be_inside:
        yield "Inside", f"only what was done between entering {stage.name} and leaving it, with the grace, counts"
    else:
        yield "Earlier", f"what was done before {stage.name} counts as well"
    if step.after:
        yield "Order", f"after {step.after}; where both were done the other way round, that is a finding of its own"
    if step.not_by:
        rule = f"nobody who did any of {step.not_by} may do any of this, else it is a finding of its own"
        yield "Four eyes", f"{rule}; unknown where a system or nobody is named as the doer"
    yield (
        "Afterwards",
        _afterwards(process, step.backfill or defaults.backfill, "that moment" if is_held else "the grace"),
    )
    if step.mandatory or step.after or step.not_by:
        yield "Heard by", _modes(step.mode)
    yield "Apart", _apart(process, step.evidence)


def loss_parts(process: Process, numbered: NumberedVersion, loss: LossStep) -> Iterator[Part]:
    """Of a step that is owed because the deal was lost."""
    yield from meaning(loss, "a lost deal without it is a finding")
    yield "Due", f"{span_in_words(loss.within)} after the deal was lost"
    yield "Owed by" if loss.mandatory else "Asked of", f"lost deals: {deals_in_words(numbered.version.applies_to)}"
    yield "Evidence", evidence_in_words(loss.evidence, process.defaults.clock)
    yield "Afterwards", _afterwards(process, process.defaults.backfill, "that")
    if loss.mandatory:
        yield "Heard by", _modes(loss.mode)
    yield "Apart", _apart(process, loss.evidence)


def meaning(duty: Duty, breach: str) -> Iterator[Part]:
    """Why it is there, and what follows from its absence."""
    yield from why_parts(duty.why)
    owed = f"owed (severity {duty.severity_or_default}): {breach}"
    yield "Means", owed if duty.mandatory else "shown, never owed: nothing is missing without it"
    yield from own_sentence(duty.sentence)


def why_parts(why: str) -> Iterator[Part]:
    """The company's reason, when it gives one."""
    if why.strip():
        yield "Why", why.strip()


def own_sentence(sentence: str | None) -> Iterator[Part]:
    """The company's words for a finding, when it has its own."""
    if sentence:
        yield "Finding", sentence


def time_in_words(grace: Grace, since: str) -> str:
    """Until when, counted from `since`."""
    days = grace.working_days
    if days is not None:
        which = f"{ORDINALS[days]} working day" if days < len(ORDINALS) else f"working day no. {days}"
        return f"to the end of the {which} after {since}"
    return f"{grace.in_words()} after {since}"


def evidence_in_words(evidence: Evidence | None, clock: Clock | None) -> str:
    """What counts, and which end of an activity."""
    if evidence is None:
        return "nothing in the CRM is named, so it is unknown for every deal"
    when = f"; an activity counts from its {clock} on" if clock and _has_activities(evidence) else ""
    return f"{phrase(evidence)}{when}"


def _owed_by(numbered: NumberedVersion, step: Step) -> str:
    whole = deals_in_words(numbered.version.applies_to)
    if step.applies_to is None:
        return whole
    return f"{deals_in_words(step.applies_to)}, as they were when they left the stage; of all that are judged: {whole}"


def _has_activities(evidence: Evidence) -> bool:
    return any(term.kind == "activity" for alternative in alternatives(evidence) for term in alternative)


def _holds_at_gate(evidence: Evidence | None) -> bool:
    if evidence is None:
        return False
    return all(term.kind == "field_at_gate" for alternative in alternatives(evidence) for term in alternative)


def _afterwards(process: Process, policy: str, until: str) -> str:
    tolerance = span_in_words(process.defaults.backfill_tolerance)
    return f"what claims to be in time and was entered later than {tolerance} after {until} {BACKFILL[policy]}"


def _modes(mode: Modes) -> str:
    return "; ".join([MODES[mode.default], *(f"{team}: {MODES[own]}" for team, own in mode.teams.items())])


def _apart(process: Process, evidence: Evidence | None) -> str:
    least = process.defaults.logging_min_activities
    if evidence is None or not least or not _has_activities(evidence):
        return DOUBT
    return f"{DOUBT}. Owners who log fewer than {least} activities are not accused: unknown"
