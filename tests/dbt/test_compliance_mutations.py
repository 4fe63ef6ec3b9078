"""Breaking a rule on purpose turns its unit test red: proof that the tests would notice.

Each case changes one predicate in the compiled SQL of one model, in memory only. That the unit tests pass unbroken, and
that dbt sees a broken rule as well, is asked in test_compliance_units.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.dbt import unit_tests
from tests.dbt.compliance_tables import World
from tests.dbt.harness import PROJECT

MUTATIONS = {
    "a tie with leaving the stage is no longer in time": (
        "int_step_verdicts", "timely_at <= coalesce(gate_until", "timely_at < coalesce(gate_until",
    ),
    "the last moment of the grace is no longer in it": (
        "int_counted_evidence", "end <= deadline_at", "end < deadline_at",
    ),
    "what may have been there is forgotten beside a late record": (
        "int_step_verdicts", "when doubt is not null then 'unknown'", "when false then 'unknown'",
    ),
    "one doubtful part makes the whole doubtful": (
        "int_possible_evidence", "having count(*) = max(", "having count(*) <= max(",
    ),
    "too few are enough to doubt": (
        "int_possible_counts", "and count(*) >= max(", "and count(*) <= max(",
    ),
    "what may have been done long before is a doubt": (
        "int_doubtful_records", ">= deadlines.gate_at", "<> deadlines.gate_at",
    ),
    "what was read only after the night is known to it": (
        "int_evidence", "coalesce(fields.changed_at > deals.judged_at", "coalesce(false",
    ),
    "a source connected after the gate saw what came before": (
        "int_possible_terms", "coverage.covered_from > deadlines.gate_at", "false",
    ),
    "what may have come too late is called missing": ("int_step_verdicts", "or may_be_late then", "or false then"),
    "a doubt beside a flagged part is forgotten": (
        "int_possible_evidence", "lateness < least_certain", "lateness = 1",
    ),
    "what can't be dated was on a day of its own": (
        "int_repeated_evidence", "when unit = 'record' or happened_at", "when true or happened_at",
    ),
    "a step of another version has no doer": (
        "int_step_acts", "= compared.step_key", "= compared.step_key and evidence.version = 1",
    ),
    "an unmapped stage of the same moment is where a deal stands": (
        "int_lasting_changes", "'unmapped' as undone", "'no' as undone",
    ),
    "what was seen only later counts as late": ("int_counted_evidence", "moments.is_order and", "false and"),
    "its own stage saved with another undoes the move": (
        "int_returned_moments", "followed.is_last and followed", "false and followed",
    ),
    "not yet over counts as missing": ("int_step_verdicts", "judged_at <= deadline_at", "judged_at < deadline_at"),
    "owners who do not log are accused": ("int_unlogged_steps", "< settings.logging_min_activities", "< 0"),
    "who logs little is excused from what nobody logs": ("int_possible_terms", "terms.kind = 'activity'", "true"),
    "what is no number is nothing": ("int_unread_numbers", "is null\n", "is not null\n"),
    "what was not logged may have come late": ("int_possible_evidence", "doubt in (1, 2, 5)", "doubt in (1, 2)"),
    "a loss opens gates": ("int_stage_passes", "where visits.stage_key <> 'lost'", "where true"),
    "a slip of the mouse is a move": ("int_mended_runs", "visits.left_at >", "visits.left_at >="),
    "what is dated after the night has happened": (
        "int_stage_runs", "changes.entered_at > deals.judged_at", "changes.entered_at < deals.judged_at",
    ),
    "a day begins at Greenwich": (
        "int_dated_changes", "coalesce(calendar.day_start_utc, vague.day_start_utc, changes.entered_at)",
        "coalesce(vague.day_start_utc, changes.entered_at)",
    ),
    "what was set on the day of the last value came before it": (
        "int_numbered_readings", "since_from as place,", "since_until as place,",
    ),
    "what has a time comes after what has none that day": (
        "int_dated_changes", "changes.entered_at >= vague.day_start_utc", "false",
    ),
    "only today's order of stages says what was left unseen": (
        "int_unseen_stages", "(before.was_in_force or before.version", "(false or before.version",
    ),
    "what may have been entered unseen was skipped": (
        "int_skipped_stages", "and unseen.deal_key is null", "and true",
    ),
    "a stage that nobody mapped is none of those passed over": (
        "int_skipped_stages", "in (stages.stage_key, 'unmapped')", "in (stages.stage_key)",
    ),
    "a deal created on a day began before that day's first change": (
        "int_deal_paths", "then cast(deals.created_at as date)", "then cast(deals.created_at as date) - 1",
    ),
    "what was written on winning counts": (
        "int_gate_readings", "and not (is_won_gate and changed_at >= gate_at and is_gate_day)", "and true",
    ),
    "half an alternative suffices": ("int_step_evidence", "having count(*) = max(", "having count(*) <= max("),
    "stages without a counterpart are owed": (
        "int_skipped_stages", "spans.pipeline_id = mapped.pipeline_id", "true",
    ),
    "whoever leaves a pipeline passes by what it lacks": (
        "int_skipped_stages", "spans.left_pipeline_id = left_mapped.pipeline_id", "true",
    ),
    "a deal was always in its pipeline of today": (
        "int_step_scopes", "coalesce(visits.pipeline_id, deals.pipeline_id)", "coalesce(deals.pipeline_id)",
    ),
    "what the pipeline that a deal left lacks is owed": ("int_step_scopes", "or left_mapped.stage_key is null", ""),
    "what came in too late was replaced by nothing": ("int_values_at_gate", "and (is_timely or not reaches_gate)", ""),
    "a limit that is just reached is passed": ("int_over_time", "days_so_far > positions", "days_so_far >= positions"),
    "a word that is not asked for counts": (
        "int_term_matches", "and asks_text = has_text then", "and true then",
    ),
    "an unknown subject is about something else": (
        "int_term_matches", "(asks_text = has_text or topic = '?')", "(asks_text = has_text)",
    ),
    "any document may be an approval": ("int_term_matches", "or label <> 'approval'", "or true"),
    "an unread subject is about nothing": (
        "int_activity_topics", "on activities.subject is null or", "on",
    ),
    "what a field was set to on the very day no longer counts": (
        "int_field_evidence", "changes.changed_at < terms.changed_after", "changes.changed_at <= terms.changed_after",
    ),
    "a snapshot's day is the day of the change": (
        "int_field_evidence", "changes.source <> 'snapshot'", "true",
    ),
    "what nobody can date was not in the last days": (
        "int_counted_evidence", "<= moments.deadline_at, true)", "<= moments.deadline_at, false)",
    ),
    "a machine's move counts for the rep": ("fct_step_results", "people.moved_by_kind = 'person'", "true"),
    "a user's id is an owner's": ("int_movers", "coalesce(user_id, owner_id) as actor_id", "min(owner_id) as actor_id"),
    "a user of another account moved the deal": (
        "fct_findings", "on deals.connection = movers.connection and", "on",
    ),
    "a rep's rate holds what machines moved": ("rpt_adherence", "where is_in_rep_rates", "where true"),
    "nothing due is a rate": ("rpt_adherence", "when due = 0 then", "when due < 0 then"),
    "a new owner counts only after the moment": (
        "int_visit_people", "visits.entered_at >= spans.held_from", "visits.entered_at > spans.held_from",
    ),
    "a new owner that came in later was known": (
        "int_owner_spans", "changes.recorded_at > deals.judged_at", "false",
    ),
    "whoever inherits a deal that moment is not to blame": (
        "int_finding_owners", "findings.since >= spans.held_from", "findings.since > spans.held_from",
    ),
    "the last day in a team is none": ("int_visit_people", "held.day <= coalesce(", "held.day < coalesce("),
    "on the day on which it changed hands a deal is the new owner's": (
        "int_owner_spans", "coalesce(calendar.day_end_utc, changes.changed_at)", "changes.changed_at",
    ),
    "who had a deal at the day's beginning had it when it left the stage": (
        "int_visit_people", "visits.entered_at) < spans.held_to", "visits.entered_at) is not null",
    ),
    "who had a deal when nobody knows what was lost is known": (
        "int_step_duties", "case when ranked.undatable_reason is null then ranked.gate_visit_no end",
        "ranked.gate_visit_no",
    ),
    "a snapshot says since when": ("int_owner_spans", "coalesce(followed.next_source, '') <> 'snapshot'", "true"),
    "who still stays has left": (
        "int_stage_survival", "sum(case when has_left then 1 else 0 end)", "count(*)",
    ),
    "half a stay is a whole one": ("int_stays", "times.visit_no > 1 or not paths.is_truncated", "true"),
    "thirty ended stays are too few": ("rpt_stage_limits", "when left_stays < 30", "when left_stays <= 30"),
    "who just reaches the limit is stuck": (
        "fct_stuck_deals", "limited.days > limited.limit_days", "limited.days >= limited.limit_days",
    ),
    "closed deals owe steps": ("fct_owed_steps", "is_judged and status = 'open'", "is_judged"),
    "doubts are charged to who inherited the deal": (
        "rpt_coverage", "coalesce(results.owner_key_at_gate, results.owner_key)", "results.owner_key",
    ),
    "late records need no policy": ("rpt_sensitivity", "and proven_with <= grace_seconds then 'ok'", "then 'ok'"),
    "the other clock is the same": (
        "int_other_clock_units", "then shifts.started_at", "then shifts.occurred_at",
    ),
    "lifted duties hang on the grace": ("int_step_slack", "where waivers.deal_key is null", "where true"),
    "one of two is enough by the other clock": (
        "int_other_clock_evidence", "max(done_rank) >= max(needed)", "max(done_rank) >= 1",
    ),
    "optional steps are due": ("fct_step_results", "verdicts.is_mandatory\n        and", "true\n        and"),
    "a waiver counts before it was given": (
        "int_step_waivers", "verdicts.judged_at >= waivers.given_at", "waivers.given_at is not null",
    ),
    "a waiver for all covers what came before it": (
        "int_step_waivers", "or verdicts.gate_at >= waivers.given_at", "or verdicts.gate_at is not null",
    ),
    "a waiver covers its end": ("int_step_waivers", ") < waivers.valid_to", ") <= waivers.valid_to"),
    "a waived step is due": (
        "fct_step_results", "duties.is_due_without_waiver and duties.waiver_id is null as is_due",
        "duties.is_due_without_waiver as is_due",
    ),
    "a lifted step goes into the skip": (
        "int_step_findings", "and waivers.deal_key is null as is_of_skip", "as is_of_skip",
    ),
    "a limit that is just reached is not": (
        "int_step_conditions", "possible.number >= conditions.number", "possible.number > conditions.number",
    ),
    "any possible value decides": ("int_step_conditions", "is_open = 1 or may_hold = may_fail", "is_open = 1"),
    "an amount without a rate is small": ("int_step_conditions", "holds is not null then 0", "true then 0"),
    "what is changed on leaving comes too late": (
        "int_condition_spans", "0 as rank_of_moment", "2 as rank_of_moment",
    ),
    "what came in between two looks at it was not there before": (
        "int_condition_values", "readings.since_from < readings.since_until", "false",
    ),
    "foreign money is our own": ("int_condition_values", " * rates.rate_to_home as double", " as double"),
    "a snapshot is a change": ("int_condition_changes", "and not is_snapshot then", "then"),
    "a field was empty before it was first seen": (
        "int_condition_readings", "coalesce(known.is_from_start,", "coalesce(known.is_from_start is not null,",
    ),
    "a condition asks only about now": (
        "int_condition_questions", "coalesce(candidates.gate_at, deals.judged_at)", "deals.judged_at",
    ),
    "who went past an optional stage owes its steps": (
        "int_step_scopes", "and not candidates.is_entered_before_gate as is_passed_by", "and false as is_passed_by",
    ),
    "a stage is optional only where the process says so": (
        "int_step_scopes", "(positions.is_optional or mapped.stage_key is null or left_mapped.stage_key is null)",
        "positions.is_optional",
    ),
    "doubt whether a step is asked is none": (
        "int_step_duties", "coalesce(ranked.undatable_reason, scopes.doubtful_reason)", "ranked.undatable_reason",
    ),
    "what came in later was known": ("int_known_evidence", "evidence.recorded_at > evidence.judged_at", "false"),
    "what was done on entering is outside": (
        "int_dated_evidence", "or evidence.happened_until >= deadlines.entered_at\n        or not",
        "or evidence.happened_until > deadlines.entered_at\n        or not",
    ),
    "an unknown entry is known": ("int_dated_evidence", "or not deadlines.is_entry_known", "or false"),
    "a later version judges what an earlier one saw left": (
        "int_gates", "governed.governed_at <= settled.governed_at", "true",
    ),
    "what nobody can read is not recorded": ("int_hygiene", "unread.value is not null", "false"),
    "all count by the start": ("int_clocked_terms", "steps.clock = 'start'", "true"),
    "an imported deal is judged": ("int_deal_paths", "ends.first_actor_kind = 'import'", "false"),
    "what is won on the last moment of birth is sold": (
        "int_deal_paths", "ends.first_won_at <= (", "ends.first_won_at < (",
    ),
    "an answer at the deadline's own moment is late": (
        "int_response_verdicts", "answered_at <= deadline_at", "answered_at < deadline_at",
    ),
    "an answer is missing before it is due": (
        "int_response_verdicts", "judged_at <= deadline_at then 'pending'", "judged_at < deadline_at then 'pending'",
    ),
    "a deal that is closed by the deadline still owes the answer": (
        "int_response_verdicts", "closed_at <= deadline_at", "closed_at < deadline_at",
    ),
    "a message that may be the answer is none": (
        "int_response_verdicts", "duties.maybe_answered_at <= duties.deadline_at", "false",
    ),
    "a record answers itself": (
        "int_mutual_answers", "or asking.record_id <> answering.record_id", "or true",
    ),
    "a record that asks for the same answers none": (
        "int_response_answers", "when triggers.may_be_answer then others.answered_at",
        "when triggers.may_be_answer then null",
    ),
    "an answer at the event's own moment is none": (
        "int_response_answers", "1 as rank_of_moment", "-1 as rank_of_moment",
    ),
    "what may have happened asks for an answer": ("int_response_events", "where not roles.is_trigger", "where true"),
    "the same missing answer is found as often as it is asked for": (
        "int_response_findings", "where ranked.nth = 1", "where true",
    ),
    "a deal that is opened again was closed all the while": (
        "int_response_places", "0 as rank_of_moment", "2 as rank_of_moment",
    ),
    "a stage that nobody mapped is no end": (
        "int_response_closings", "in ('won', 'lost', 'unmapped') as may_be_end", "in ('won', 'lost') as may_be_end",
    ),
    "a deal was closed when that was seen": (
        "int_response_closings", "max(case when precision <> 'order' then", "max(case when true then",
    ),
    "before its history a deal was open": ("int_response_places", "and paths.is_truncated", "and false"),
    "what was only seen surely lay ahead": (
        "int_response_places", "case when precision <> 'order' then visit_no", "case when true then visit_no",
    ),
    "an entry does not know its place": (
        "int_response_places", "case when record_kind = 'stage' then", "case when false then",
    ),
    "a deal that may have been closed owes the answer": (
        "int_response_verdicts", "closings.maybe_closed_at <= duties.deadline_at", "false",
    ),
    "a late message that may be the answer is none": (
        "int_response_verdicts", "coalesce(answered_at, maybe_answered_at) is not null", "answered_at is not null",
    ),
    "what a reading found happened then": ("int_response_events", "when not evidence.is_order", "when true"),
    "what was seen before the event may answer it": (
        "int_response_answers", "matched.undated_until >= triggers.happened_at", "matched.undated_until > '2000-01-01'",
    ),
    "what may have come late came late": ("int_response_findings", "ranked.answered_at is null", "false"),
    "a close date of today is past": (
        "int_hygiene", "duties.close_date >= duties.today", "duties.close_date > duties.today",
    ),
    "as many pushes as are allowed are too many": ("int_hygiene", "floor(duties.number) + 1", "floor(duties.number)"),
    "nothing is planned where plans are not read": ("int_hygiene", "and not duties.are_plans_known", "and false"),
    "what was called off took place": ("int_dealings", "not in ('canceled', 'cancelled', 'no_show')", "<> ''"),
    "whoever has a deal now is asked for what was due before": (
        "int_response_verdicts", "coalesce(spans.owner_key, duties.owner_key)", "duties.owner_key",
    ),
    "whom the version does not concern it shows a way": (
        "int_visit_pairs", "coalesce(conditions.failing_field, conditions.doubtful_field) is null", "true",
    ),
    "whom the version may not concern stays too long": (
        "int_stage_findings", "conditions.failing_field, conditions.doubtful_field", "conditions.failing_field, null",
    ),
    "a deal stood then where it stands today": (
        "int_deal_paths", "where deals.deal_key = changes.deal_key", "where false",
    ),
    "an amount that came in later was known": ("int_hygiene_facts", "changes.recorded_at > paths.judged_at", "false"),
    "one variant that names a kind narrows the others": (
        "int_step_logging", "and variants.variant = term_values.variant", "and true",
    ),
    "what is logged later counts for who logs": (
        "int_step_logging", "activities.recorded_at > connections", "null > connections",
    ),
    "an activity that came in later was known": ("int_dealings", "activities.recorded_at > deals.judged_at", "false"),
    "a push that came in later was known": ("int_close_date_pushes", "changes.recorded_at > deals.judged_at", "false"),
    "pushes before the connection are counted": (
        "int_hygiene", "pushes.deal_key is null and not duties.are_all_changes_known", "false",
    ),
    "an undated plan is a contact": (
        "int_dealings", "has_contact and outcome <> 'planned' then", "has_contact then",
    ),
    "a deal is older than its beginning": (
        "int_hygiene_duties", "(greatest(coalesce(", "(least(coalesce(",
    ),
    "a plan is a contact": ("int_dealings", "and outcome <> 'planned' as is_past", "and true as is_past"),
    "a close date brought forward is put off": ("int_close_date_pushes", "value > old_value", "value <> old_value"),
    "yesterday's rules ask of open deals": (
        "int_hygiene_duties", "facts.judged_at < periods.in_force_to", "facts.judged_at <= periods.in_force_to",
    ),
    "two steps at one moment are out of order": (
        "int_step_order", "done.last_moment < predecessors.done_at", "done.last_moment <= predecessors.done_at",
    ),
    "what may have come first came last": ("int_step_order", "doubts.perhaps_at <= done.last_moment", "false"),
    "what nobody can date came last": ("int_order_doubts", "evidence.happened_at is null or", "false and"),
    "what nobody read came last": ("int_order_doubts", "where sources.covered_from >", "where sources.covered_from <"),
    "opening a deal again contradicts its outcome": (
        "int_moves", "when is_to_sink then 'conflicting_outcome'", "when true then 'conflicting_outcome'",
    ),
    "an outcome that is entered twice contradicts itself": (
        "int_moves", "not is_to_sink or from_position <> to_position", "true",
    ),
    "only a step back is a turn": ("int_moves", "where starts.is_sink or ends.position", "where ends.position"),
    "a machine is a person": ("int_step_doers", "acts.is_machine or machines.owner_key is not null", "false"),
    "only the last of many counts": ("int_four_eyes", "max(case when is_same then 1 else 0 end)",
                                     "min(case when is_same then 1 else 0 end)"),
    "a stranger is somebody else": ("int_four_eyes", "min(case when is_identified then 1 else 0 end) = 0", "false"),
    "what gates one step gates the whole version": ("int_scope_questions", "where step_key is null", "where true"),
    "what was deleted later undoes a verdict": (
        "int_withdrawn_evidence", "withdrawn.withdrawn_at <= duties.gate_at", "withdrawn.withdrawn_at is not null",
    ),
    "what was deleted before still counts": ("int_dated_evidence", "withdrawn.deal_key is null", "true"),
}  # fmt: skip


UNITS = unit_tests.declared("compliance", "marts/compliance")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with unit_tests.opened(World(tmp_path_factory.mktemp("mutations")).build()) as db:
        yield db


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_broken_rule_is_noticed(what: str, opened: duckdb.DuckDBPyConnection) -> None:
    model, right, wrong = MUTATIONS[what]
    node = unit_tests.model_of(model)
    file = (PROJECT / node["path"]).read_text("utf-8")
    assert right in node["sql"], f"{model} no longer says {right!r}"
    assert 1 in {node["sql"].count(right), file.count(right)}, f"{model} says {right!r} in several places"
    tests = [test for test in UNITS.values() if test.model == model]
    assert any(unit_tests.difference(opened, test, (right, wrong)) for test in tests), f"{len(tests)} tests saw nothing"
