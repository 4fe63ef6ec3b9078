"""The baseline: what deals have on record when they leave a stage, and the process that could be made of it.

Proposing belongs here: which evidence becomes a step of which stage, and how loudly it is asked of whom. Counting is
the mart `rpt_evidence_baseline`'s, reading that and printing are the command line's, the YAML is baseline_yaml.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from expectations.steps import Mode

ALL_TEAMS, NO_TEAM = "(all)", "(none)"
CALLED_OFF = ("canceled", "no_show")
PARTS = ("meeting", "call", "email")
"""Kinds of activity that a conversation is made of; proposed only as one."""
NO_PROOF = ("note", "task")
"""Kinds of activity by which a seller talks to the system and not to the buyer."""
OF_A_LOSS = "field:lost_reason"
"""Nobody owes it while a deal goes on: it is a duty after the loss."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a team's deals had something on record when they left a stage. `low` and `high` are 0 to 1."""

    deals: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Found:
    """One kind of evidence when leaving one stage, for all teams and each."""

    stage_key: str
    candidate: str
    everybody: Share
    teams: Mapping[str, Share] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """From which share on a step is asked for aloud or quietly, and how much it takes to say so.

    Shares are 0 to 1; `steps` is the most that one stage is given; a team of fewer deals has no mode of its own.
    """

    alert: float = 0.8
    coach: float = 0.4
    deals: int = 10
    steps: int = 3

    def mode(self, share: Share) -> Mode:
        """Alert where nearly everybody does it already; with every doubt against it."""
        if share.low >= self.alert:
            return "alert"
        return "coach" if share.low >= self.coach else "observe"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A step for a stage: its evidence as process.yml writes it, and who hears of it."""

    key: str
    name: str
    stage_key: str
    evidence: Mapping[str, Any]
    found: Found
    mode: Mode
    teams: Mapping[str, Mode]

    @property
    def mandatory(self) -> bool:
        """Only what many do already is owed; the rest is shown until they do."""
        return self.mode != "observe" or any(mode != "observe" for mode in self.teams.values())


def propose(stages: Sequence[str], found: Iterable[Found], limits: Limits, taken: Iterable[str] = ()) -> list[Proposal]:
    """At most a few steps for each stage, the most usual first; what an earlier stage asks for is not asked again.

    A kind of evidence goes to the first stage that is left with it often enough to be asked for; else, as something to
    watch, to the last stage that is ever left with it. `taken` are keys that other steps have already.
    """
    by_stage: dict[str, list[Found]] = {stage: [] for stage in stages}
    for candidate in _candidates(found):
        enough = [one for one in candidate if one.everybody.deals >= limits.deals and one.everybody.high > 0]
        if enough:
            usual = [one for one in enough if limits.mode(one.everybody) != "observe"]
            chosen = min(usual or enough[-1:], key=lambda one: stages.index(one.stage_key))
            by_stage[chosen.stage_key].append(chosen)
    proposals: list[Proposal] = []
    for stage in stages:
        best = sorted(by_stage[stage], key=lambda one: (-one.everybody.low, one.candidate))[: limits.steps]
        for one in best:
            proposals.append(_proposal(one, limits, {*taken, *(p.key for p in proposals)}))
    return proposals


def _candidates(found: Iterable[Found]) -> Iterator[list[Found]]:
    """What may become a step, each kind with its stages in their order."""
    kinds: dict[str, list[Found]] = {}
    for one in found:
        kind, colon, rest = one.candidate.partition(":")
        unnamed = bool(colon) and not rest.removesuffix(":in")
        is_part = kind == "activity" and rest.removesuffix(":in") in (*PARTS, *NO_PROOF)
        if not unnamed and not is_part and one.candidate != OF_A_LOSS:
            kinds.setdefault(one.candidate, []).append(one)
    yield from kinds.values()


def _proposal(found: Found, limits: Limits, taken: set[str]) -> Proposal:
    name, key = in_words(found.candidate), _key(found.candidate, taken)
    mode = limits.mode(found.everybody)
    own = {team: limits.mode(share) for team, share in found.teams.items() if share.deals >= limits.deals}
    teams = {team: its for team, its in sorted(own.items()) if its != mode and team != NO_TEAM}
    return Proposal(key, name, found.stage_key, evidence_of(found.candidate), found, mode, teams)


def in_words(candidate: str) -> str:
    """A kind of evidence as people read it."""
    kind, _, rest = candidate.partition(":")
    plain = rest.removesuffix(":in").replace("_", " ").strip() or "of no kind"
    if candidate == "contact":
        return "Contact on the deal"
    if candidate == "contact:2":
        return "Second contact"
    if candidate == "conversation":
        return "Conversation held"
    if candidate == "field:amount":
        return "Amount above 0"
    if candidate == "field:close_date":
        return "Close date still ahead"
    ending = {"activity": " (incoming)" if rest.endswith(":in") else "", "document": " recorded"}.get(
        kind, " filled in"
    )
    return f"{plain[:1].upper()}{plain[1:]}{ending}"


def evidence_of(candidate: str) -> dict[str, Any]:
    """A kind of evidence as process.yml asks for it."""
    kind, _, rest = candidate.partition(":")
    if kind == "contact":
        return {"contact": "any", "at_least": int(rest)} if rest else {"contact": "any"}
    if kind == "conversation":
        return {
            "any": [
                {"activity": ["meeting", "call"], "outcome_not": list(CALLED_OFF)},
                {"activity": "email", "direction": "in"},
            ]
        }
    if kind == "activity":
        incoming = {"direction": "in"} if rest.endswith(":in") else {}
        return {"activity": [rest.removesuffix(":in")], **incoming, "outcome_not": list(CALLED_OFF)}
    if kind == "document":
        return {"document": [rest]}
    special = {"amount": {"is": "positive"}, "close_date": {"at_gate": "on_or_after"}}
    return {"field": rest, **special.get(rest, {})}


def _key(candidate: str, taken: set[str]) -> str:
    """A key that process.yml takes, and that no other step has."""
    plain = re.sub(r"[^a-z0-9]+", "_", candidate.lower()).strip("_")
    stem = (plain if plain[:1].isalpha() else f"step_{plain}")[:58].strip("_")
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key
