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
        return f"{_joined([phrase(part) for part in evidence.any], 'or')}{f',{counters}' if counters else ''}"
    if evidence.all is not None:
        return _joined([phrase(part) for part in evidence.all], "and")
    if evidence.field is not None:
        return _field(evidence)
    if evidence.stage is not None:
        return f"the deal entered the stage {_plain(evidence.stage)}"
    if evidence.contact is not None:
        role = "" if evidence.contact == (ANY,) else f" with the role {_listed(evidence.contact)}"
        many = (evidence.at_least or 1) > 1
        return f"{_number(evidence.at_least or 1)} contact{'s' if many else ''}{role} on the deal"
    if evidence.approval is not None:
        what = "an approval" if evidence.approval == (ANY,) else _article(_listed(evidence.approval))
        status = "" if evidence.status is None else f" in the status {_listed(evidence.status)}"
        return f"{what}{status}{_counters(evidence)}"
    if evidence.document is not None:
        what = "a document" if evidence.document == (ANY,) else _article(_listed(evidence.document))
        status = "" if evidence.status is None else f" in the status {_listed(evidence.status)}"
        return f"{what}{status}{_counters(evidence)}"
    return _activity(evidence)


def _field(evidence: Evidence) -> str:
    name = _plain(evidence.field or "")
    if evidence.at_gate is not None:
        return f"{name} not yet past when the deal left the stage"
    since = "" if evidence.changed_after is None else f" from {evidence.changed_after} on"
    if evidence.one_of is not None:
        return f"{name} set to {_listed(evidence.one_of)}{since}{_counters(evidence)}"
    what = "above 0" if evidence.is_ == "positive" else "filled in"
    return f"{name} {what}{since}{_counters(evidence)}"


def _activity(evidence: Evidence) -> str:
    kinds = evidence.activity or (ANY,)
    what = "activity" if kinds == (ANY,) else _listed(kinds)
    outcome = "" if evidence.outcome is None else f"{_listed(evidence.outcome)} "
    direction = {"in": "incoming ", "out": "outgoing ", None: ""}[evidence.direction]
    about = "" if evidence.text is None else f" about {_quoted(evidence.text)}"
    unless = "" if evidence.outcome_not is None else f" that was not {_listed(evidence.outcome_not)}"
    return f"{_article(f'{direction}{outcome}{what}')}{about}{unless}{_counters(evidence)}"


def _counters(evidence: Evidence) -> str:
    parts = []
    if evidence.with_contact:
        parts.append("with a contact of the buyer")
    if (evidence.at_least or 1) > 1:
        parts.append(f"at least {_number(evidence.at_least or 1)} times")
    if (evidence.on_days or 1) > 1:
        parts.append(f"on {_number(evidence.on_days or 1)} different days")
    if evidence.in_last_days is not None:
        parts.append(f"in the {evidence.in_last_days:g} days before leaving the stage")
    return "".join(f" {part}" for part in parts)


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _listed(words: Sequence[str]) -> str:
    plain = [_plain(word) for word in words]
    return f"{', '.join(plain[:-1])} or {plain[-1]}" if len(plain) > 1 else "".join(plain)


def _quoted(words: Sequence[str]) -> str:
    return " or ".join(f'"{word}"' for word in words)


def _joined(parts: Sequence[str], conjunction: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])}, {conjunction} {parts[-1]}"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"
