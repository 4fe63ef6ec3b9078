"""Evidence in words: what would have counted, as one phrase that a seller can act on.

Only wording belongs here; what counts is decided in evidence.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.evidence import ANY, Evidence
from expectations.steps import Duty

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def sentence(step: Duty) -> str:
    """What counts as evidence of it: `a meeting that was not canceled or no show, or a completed call`."""
    return "nothing in the CRM" if step.evidence is None else phrase(step.evidence)


def phrase(evidence: Evidence) -> str:
    """The evidence as words without a capital or a full stop."""
    if evidence.any is not None:
        counters = _counters(evidence)
        return f"{joined([phrase(part) for part in evidence.any], 'or')}{f',{counters}' if counters else ''}"
    if evidence.all is not None:
        return joined([phrase(part) for part in evidence.all], "and")
    if evidence.field is not None:
        return _field(evidence)
    if evidence.stage is not None:
        return f"the deal entered the stage {plain(evidence.stage)}"
    if evidence.contact is not None:
        role = "" if evidence.contact == (ANY,) else f" with the role {listed(evidence.contact)}"
        many = (evidence.at_least or 1) > 1
        return f"{number(evidence.at_least or 1)} contact{'s' if many else ''}{role} on the deal"
    if evidence.approval is not None:
        what = "an approval" if evidence.approval == (ANY,) else _article(listed(evidence.approval))
        status = "" if evidence.status is None else f" in the status {listed(evidence.status)}"
        return f"{what}{status}{_counters(evidence)}"
    if evidence.document is not None:
        what = "a document" if evidence.document == (ANY,) else _article(listed(evidence.document))
        status = "" if evidence.status is None else f" in the status {listed(evidence.status)}"
        return f"{what}{status}{_counters(evidence)}"
    return _activity(evidence)


def _field(evidence: Evidence) -> str:
    name = plain(evidence.field or "")
    if evidence.at_gate is not None:
        return f"{name} not yet past when the deal left the stage"
    since = "" if evidence.changed_after is None else f" from {evidence.changed_after} on"
    if evidence.one_of is not None:
        return f"{name} set to {listed(evidence.one_of)}{since}{_counters(evidence)}"
    what = "above 0" if evidence.is_ == "positive" else "filled in"
    return f"{name} {what}{since}{_counters(evidence)}"


def _activity(evidence: Evidence) -> str:
    kinds = evidence.activity or (ANY,)
    what = "activity" if kinds == (ANY,) else listed(kinds)
    outcome = "" if evidence.outcome is None else f"{listed(evidence.outcome)} "
    direction = {"in": "incoming ", "out": "outgoing ", None: ""}[evidence.direction]
    about = "" if evidence.text is None else f" about {_quoted(evidence.text)}"
    unless = "" if evidence.outcome_not is None else f" that was not {listed(evidence.outcome_not)}"
    return f"{_article(f'{direction}{outcome}{what}')}{about}{unless}{_counters(evidence)}"


def _counters(evidence: Evidence) -> str:
    parts = []
    if evidence.with_contact:
        parts.append("with a contact of the buyer")
    if (evidence.at_least or 1) > 1:
        parts.append(f"at least {number(evidence.at_least or 1)} times")
    if (evidence.on_days or 1) > 1:
        parts.append(f"on {number(evidence.on_days or 1)} different days")
    if evidence.in_last_days is not None:
        parts.append(f"in the {evidence.in_last_days:g} days before leaving the stage")
    return "".join(f" {part}" for part in parts)


def plain(word: str) -> str:
    """A word of the file as people read it."""
    return word.replace("_", " ")


def listed(words: Sequence[str]) -> str:
    """One of these: `a, b or c`."""
    read = [plain(word) for word in words]
    return f"{', '.join(read[:-1])} or {read[-1]}" if len(read) > 1 else "".join(read)


def _quoted(words: Sequence[str]) -> str:
    return " or ".join(f'"{word}"' for word in words)


def joined(parts: Sequence[str], conjunction: str) -> str:
    """Phrases that may hold commas themselves, in one."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])}, {conjunction} {parts[-1]}"


def number(count: int) -> str:
    """A small number as a word."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"
