"""A process proposed from how people work already: which steps, where, and how loudly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from expectations.baseline import Found, Limits, Share, evidence_of, in_words, propose
from expectations.baseline_yaml import process_lines, share_text
from expectations.process import load_process

STAGES = ["qualify", "develop", "propose", "close"]
EVERY_KIND = (
    "contact", "contact:2", "conversation", "activity:site visit", "activity:demo:in", "document:quote",
    "field:amount", "field:close_date", "field:next_step", "activity:on", "field:no", "document:2nd offer",
)  # fmt: skip


def found(stage: str, candidate: str, low: float, deals: int = 100, **teams: float) -> Found:
    return Found(
        stage, candidate, Share(deals, low, low), {team: Share(50, share, share) for team, share in teams.items()}
    )


def test_a_step_goes_where_many_have_it_first_and_is_asked_for_once() -> None:
    rows = [found("qualify", "contact", 0.2), found("develop", "contact", 0.6), found("propose", "contact", 0.9)]
    (step,) = propose(STAGES, rows, Limits())
    assert (step.stage_key, step.mode, step.mandatory) == ("develop", "coach", True)


@pytest.mark.parametrize(
    ("share", "mode", "owed"),
    [(0.8, "alert", True), (0.79, "coach", True), (0.4, "coach", True), (0.39, "observe", False)],
)
def test_the_mode_follows_the_share(share: float, mode: str, owed: bool) -> None:
    (step,) = propose(STAGES, [found("qualify", "contact", share)], Limits())
    assert (step.mode, step.mandatory) == (mode, owed)


def test_doubt_makes_nothing_louder() -> None:
    """Half of the deals have it for sure, the others perhaps: that is no reason to alert."""
    (step,) = propose(STAGES, [Found("qualify", "contact", Share(100, 0.5, 1.0))], Limits())
    assert step.mode == "coach"


def test_a_team_has_its_own_mode_where_it_differs_and_is_large_enough() -> None:
    teams = {
        "Alps": Share(50, 0.9, 0.9),
        "Coast": Share(50, 0.1, 0.1),
        "Two": Share(2, 0.0, 0.0),
        "(none)": Share(50, 0, 0),
    }
    (step,) = propose(STAGES, [Found("qualify", "contact", Share(154, 0.85, 0.85), teams)], Limits())
    assert (step.mode, dict(step.teams)) == ("alert", {"Coast": "observe"})


def test_a_stage_asks_for_a_few_steps_and_the_most_usual_ones() -> None:
    rows = [found("qualify", f"document:kind{n}", n / 10) for n in range(4, 10)]
    steps = propose(STAGES, rows, Limits(steps=2))
    assert [step.found.candidate for step in steps] == ["document:kind9", "document:kind8"]


def test_notes_prove_nothing_and_a_conversation_is_proposed_as_one() -> None:
    rows = [
        found("qualify", f"activity:{kind}", 1.0) for kind in ("note", "task", "meeting", "call", "email", "email:in")
    ]
    assert propose(STAGES, rows, Limits()) == []


def test_why_a_deal_was_lost_is_no_step_of_one_that_goes_on() -> None:
    assert propose(STAGES, [found("close", "field:lost_reason", 1.0)], Limits()) == []


def test_what_the_crm_calls_nothing_is_no_step() -> None:
    assert propose(STAGES, [found("qualify", "document:", 1.0), found("qualify", "activity:", 1.0)], Limits()) == []


def test_too_few_deals_propose_nothing() -> None:
    assert propose(STAGES, [found("qualify", "contact", 1.0, deals=9)], Limits(deals=10)) == []


def test_every_kind_of_evidence_makes_a_process_that_can_be_read(tmp_path: Path) -> None:
    version = load_process().versions[-1]
    rows = [found(STAGES[n % 4], kind, 0.9 - n / 20, **{"No: 1": 0.1}) for n, kind in enumerate(EVERY_KIND)]
    proposals = propose(STAGES, rows, Limits(steps=9), ["lost_reason_recorded"])
    assert len(proposals) == len(EVERY_KIND) == len({step.key for step in proposals})
    path = tmp_path / "process.yml"
    text = "\n".join(process_lines(version, proposals, date(2026, 3, 31)))
    assert "within: 2 days" in text
    path.write_text(text, encoding="utf-8")
    process = load_process(path)
    assert process.judge_from == date(2026, 3, 31)
    (read,) = process.versions
    assert [stage.key for stage in read.version.stages] == STAGES
    assert [loss.key for loss in read.version.on_loss] == ["lost_reason_recorded"]
    (loss,), (kept,) = read.version.on_loss, version.version.on_loss
    assert (loss.evidence, loss.within, loss.why) == (kept.evidence, kept.within, kept.why)
    steps = {step.key: step for _, _, step in read.steps()}
    for proposal in proposals:
        step = steps[proposal.key]
        assert (step.name, step.mode.default, step.mandatory) == (proposal.name, proposal.mode, proposal.mandatory)
        assert dict(step.mode.teams) == dict(proposal.teams)


def test_words_and_evidence_of_a_candidate() -> None:
    assert in_words("activity:site_visit:in") == "Site visit (incoming)"
    assert in_words("document:quote") == "Quote recorded"
    assert evidence_of("field:amount") == {"field": "amount", "is": "positive"}
    assert share_text(Share(9, 0.75, 1.0)) == "between 75 and 100 %"
