"""Breaking a rule on purpose turns its unit test red: proof that the tests would notice.

Each case changes one predicate of one model in the parsed project, in memory only.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dbt import harness
from tests.dbt.compliance_tables import World
from tests.dbt.harness import DbtFailed, Warehouse

pytestmark = pytest.mark.slow

MUTATIONS = {
    "a tie with leaving the stage is no longer in time": (
        "int_step_verdicts", "done_at <= coalesce(gate_until", "done_at < coalesce(gate_until",
    ),
    "the last moment of the grace is no longer in it": (
        "int_step_verdicts", "evidence.done_at <= deadlines.deadline_at", "evidence.done_at < deadlines.deadline_at",
    ),
    "not yet over counts as missing": ("int_step_verdicts", "judged_at <= deadline_at", "judged_at < deadline_at"),
    "owners who do not log are accused": ("int_step_verdicts", "< settings.logging_min_activities", "< 0"),
    "a loss opens gates": ("int_stage_passes", "where visits.stage_key <> 'lost'", "where true"),
    "a slip of the mouse is a move": ("int_visits", "visits.left_at >", "visits.left_at >="),
    "what is dated after the night has happened": ("int_stage_runs", "> deals.judged_at", "< deals.judged_at"),
    "a deal created on a day began before that day's first change": (
        "int_deal_paths", "then cast(deals.created_at as date)", "then cast(deals.created_at as date) - 1",
    ),
    "what was written on winning counts": (
        "int_values_at_gate", "changes.changed_at < asked.gate_at", "changes.changed_at <= asked.gate_at",
    ),
    "half an alternative suffices": ("int_step_evidence", "having count(*) = max(", "having count(*) <= max("),
    "stages without a counterpart are owed": ("int_skipped_stages", "inner join mapped", "left join mapped"),
    "a limit that is just reached is passed": ("int_over_time", "days_so_far > max_days", "days_so_far >= max_days"),
    "a word that is not asked for counts": (
        "int_term_matches", "and asks_text = has_text then", "and true then",
    ),
    "an unknown subject is about something else": (
        "int_term_matches", "(asks_text = has_text or topic = '?')", "(asks_text = has_text)",
    ),
    "any document may be an approval": ("int_term_matches", "or label <> 'approval'", "or true"),
    "an unread subject is about nothing": (
        "int_activity_topics", "activities.subject is null or {{", "{{",
    ),
    "what a field was set to on the very day no longer counts": (
        "int_field_evidence", "changes.changed_at < terms.changed_after", "changes.changed_at <= terms.changed_after",
    ),
    "a snapshot's day is the day of the change": (
        "int_field_evidence", "changes.source <> 'snapshot'", "true",
    ),
    "what nobody can date was not in the last days": (
        "int_counted_evidence", "<= deadlines.deadline_at, true)", "<= deadlines.deadline_at, false)",
    ),
    "a machine's move counts for the rep": ("fct_step_results", "people.moved_by_kind = 'person'", "true"),
    "a rep's rate holds what machines moved": ("rpt_adherence", "where is_in_rep_rates", "where true"),
    "nothing due is a rate": ("rpt_adherence", "when due = 0 then", "when due < 0 then"),
    "a new owner counts only after the moment": (
        "int_visit_people", "visits.entered_at >= followed.changed_at", "visits.entered_at > followed.changed_at",
    ),
    "the last day in a team is none": ("int_visit_people", "held.day <= coalesce(", "held.day < coalesce("),
    "a snapshot says since when": ("int_visit_people", "coalesce(followed.next_source, '') <> 'snapshot'", "true"),
    "who still stays has left": (
        "int_stage_survival", "sum(case when has_left then 1 else 0 end)", "count(*)",
    ),
    "half a stay is a whole one": ("int_stays", "times.visit_no > 1 or not paths.is_truncated", "true"),
    "thirty ended stays are too few": ("rpt_stage_limits", "when left_stays < {{ fewest }}", "when left_stays <= 30"),
    "who just reaches the limit is stuck": (
        "fct_stuck_deals", "limited.days > limited.limit_days", "limited.days >= limited.limit_days",
    ),
    "closed deals owe steps": ("fct_owed_steps", "is_judged and status = 'open'", "is_judged"),
    "doubts are charged to who inherited the deal": (
        "rpt_coverage", "coalesce(results.owner_key_at_gate, results.owner_key)", "results.owner_key",
    ),
    "late records need no policy": ("rpt_sensitivity", "and proven_needs <= grace_seconds then 'ok'", "then 'ok'"),
    "optional steps are due": ("fct_step_results", "verdicts.is_mandatory\n        and", "true\n        and"),
}  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return World(tmp_path_factory.mktemp("mutations")).build()


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_broken_rule_is_noticed(what: str, empty: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    model, right, wrong = MUTATIONS[what]
    node = harness.project_manifest().nodes[f"model.plumbline.{model}"]
    assert node.raw_code.count(right) == 1, f"{model} no longer says {right!r}"
    monkeypatch.setattr(node, "raw_code", node.raw_code.replace(right, wrong))
    with pytest.raises(DbtFailed, match="differs from"):
        empty.run(f"{model},test_type:unit", command="test")


def test_unbroken_rules_pass_the_same_way(empty: Warehouse, tmp_path: Path) -> None:
    models = {model for model, _, _ in MUTATIONS.values()}
    results = empty.run(" ".join(f"{model},test_type:unit" for model in sorted(models)), command="test").results
    assert len(results) >= len(models)
