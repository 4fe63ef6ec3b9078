"""The audit over a small build: each way in which marts could contradict themselves stops publication."""

from __future__ import annotations

import duckdb
import pytest

from expectations.audit import QUERIES, RULES, run_audit

TABLES = """
attach ':memory:' as warehouse;
create schema canonical; create schema reference; create schema warehouse.marts;
create table reference.connections as select 'acme' as connection;
create table reference.process_steps as select unnest(['named', 'priced']) as step_key;
create table canonical.int_deals as select 'acme' as connection, 'acme:' || n as deal_key,
    'new' as deal_type, cast(100 as decimal(18,2)) as amount_home from range(3) as r (n);
create table warehouse.marts.dim_deals as select * from canonical.int_deals;
create table warehouse.marts.dim_connections as select * from reference.connections;
create table warehouse.marts.fct_step_results as select connection, deal_key, step_key, true as is_mandatory,
    case when step_key = 'named' then 'done' else 'pending' end as state, step_key = 'named' as is_due,
    step_key = 'named' as is_ok, timestamp '2026-03-31 02:00' as judged_at, timestamp '2026-03-31 03:00' as as_of
    from canonical.int_deals cross join reference.process_steps;
create table warehouse.marts.fct_deal_compliance as select *, 1 as due, 1 as ok, cast(0.5 as decimal(18,6)) as rate_low,
    cast(1 as decimal(18,6)) as rate_high from canonical.int_deals;
create table warehouse.marts.fct_findings (finding_id text);
create table warehouse.marts.fct_responses (response_id text);
create table warehouse.marts.fct_hygiene (hygiene_id text);
create table warehouse.marts.fct_owed_steps (owed_id text);
create table warehouse.marts.fct_step_evidence (evidence_id text);
create table warehouse.marts.fct_deal_changes (change_key text);
create table warehouse.marts.fct_deal_snapshots (deal_snapshot_id text);
create table warehouse.marts.fct_deal_forecasts (deal_forecast_id text);
create table warehouse.marts.fct_period_forecasts as select level || level_id as period_forecast_id, 'new' as deal_type,
    'month' as period_grain, date '2026-03-01' as period_start, * from (values ('company', '', 3, 7, null),
    ('owner', 'a', 1, 7, null), ('owner', 'b', 2, 0, null)) as t (level, level_id, booked_to_date, expected_open,
    expected_new) cross join (select 10 as expected_total, 0 as weighted_pipeline, null as run_rate, 1 as open_deals);
update warehouse.marts.fct_period_forecasts set expected_total = booked_to_date + expected_open,
    open_deals = case level when 'company' then 2 else 1 end;
create table warehouse.marts.rpt_pipeline_coverage as select deal_type, level, level_id, period_grain, period_start,
    booked_to_date as booked from warehouse.marts.fct_period_forecasts;
create table warehouse.marts.rpt_pipeline_waterfall as select 'new' as deal_type, 10 as start_amount, 5 as new_amount,
    1 as reopened_amount, 2 as taken_over_amount, 3 as pulled_in_amount, -4 as amount_changes, 1 as handed_over_amount,
    2 as slipped_amount, 3 as won_amount, 4 as lost_amount, 7 as end_amount;
create schema forecast;
create table forecast.int_forecast_change_periods as select 'month' as period_grain, date '2026-03-01' as period_start;
create table forecast.int_forecast_period_totals as select *, 'new' as deal_type, 'month' as period_grain,
    date '2026-03-01' as period_start, 'company' as level from (values ('now', 3, 7, null, 'stage_chain'),
    ('before', 1, null, 5, 'none')) as t (purpose, booked_to_date, expected_open, expected_new, mode);
create table warehouse.marts.rpt_forecast_changes as select 'new' as deal_type, 'month' as period_grain,
    date '2026-03-01' as period_start, * from (values ('won', 2), ('new', 7)) as t (cause, amount_home);
create table warehouse.marts.dim_waivers (waiver_id text);
create table warehouse.marts.fct_stage_visits as select deal_key, 1 as visit_no from canonical.int_deals;
"""
RESULTS, COMPLIANCE = "warehouse.marts.fct_step_results", "warehouse.marts.fct_deal_compliance"
FIRST = "deal_key = 'acme:0'"


@pytest.fixture
def build():
    con = duckdb.connect()
    con.execute(TABLES)
    return con


def audit(con):
    return run_audit({name: con.execute(query).df() for name, query in QUERIES.items()})


def test_sound_marts_pass_every_rule(build):
    results = audit(build)
    assert [r for r in results if not r.passed] == []
    assert [r.rule for r in results] == list(RULES)


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (f"delete from warehouse.marts.dim_deals where {FIRST}", {"every_deal_is_in_the_marts", "amounts_agree"}),
        (f"update warehouse.marts.dim_deals set amount_home = 100.01 where {FIRST}", {"amounts_agree"}),
        (f"update {COMPLIANCE} set amount_home = null where {FIRST}", {"amounts_agree"}),
        (f"delete from {RESULTS} where {FIRST} and step_key = 'priced'", {"every_step_has_a_result"}),
        (f"delete from {RESULTS} where {FIRST}",
         {"every_step_has_a_result", "every_state_is_known", "due_and_ok_agree", "not_judged_ahead",
          "due_steps_agree"}),
        (f"update {RESULTS} set step_key = 'named' where {FIRST}", {"every_step_has_a_result", "one_row_per_key"}),
        (f"update {RESULTS} set state = null where {FIRST} and step_key = 'priced'", {"every_state_is_known"}),
        (f"update {RESULTS} set state = 'skipped' where {FIRST} and step_key = 'priced'", {"every_state_is_known"}),
        (f"update {RESULTS} set state = 'pending' where {FIRST}", {"due_and_ok_agree"}),
        (f"update {RESULTS} set is_mandatory = false where {FIRST}", {"due_and_ok_agree"}),
        (f"update {RESULTS} set judged_at = '2026-04-01' where {FIRST}", {"not_judged_ahead"}),
        (f"update {COMPLIANCE} set rate_high = 1.5 where {FIRST}", {"rates_are_shares"}),
        (f"update {COMPLIANCE} set rate_low = 0.9, rate_high = 0.8 where {FIRST}", {"rates_are_shares"}),
        (f"update {COMPLIANCE} set rate_low = null where {FIRST}", {"rates_are_shares", "nothing_due_is_no_rate"}),
        (f"update {COMPLIANCE} set due = 2 where {FIRST}", {"due_steps_agree"}),
        ("insert into warehouse.marts.fct_findings values ('f'), ('f')", {"one_row_per_key"}),
        ("insert into warehouse.marts.fct_findings values (null)", {"no_key_is_empty"}),
        ("insert into warehouse.marts.dim_waivers values ('w'), ('w')", {"one_row_per_key"}),
        ("update warehouse.marts.rpt_pipeline_waterfall set slipped_amount = 3", {"waterfalls_balance"}),
        ("update warehouse.marts.fct_period_forecasts set expected_open = 8 where level_id = 'a'",
         {"forecast_levels_add_up"}),
        ("delete from warehouse.marts.fct_period_forecasts where level = 'company'", {"forecast_levels_add_up"}),
        ("delete from warehouse.marts.rpt_forecast_changes where cause = 'won'", {"forecast_changes_add_up"}),
        ("update forecast.int_forecast_period_totals set expected_new = 1 where purpose = 'now'",
         {"forecast_changes_add_up"}),
        ("update warehouse.marts.rpt_pipeline_coverage set booked = 1 where level_id = 'b'", {"bookings_agree"}),
    ],
)  # fmt: skip
def test_every_contradiction_is_an_error(build, change, rules):
    build.execute(change)
    failed = [r for r in audit(build) if not r.passed]
    assert {r.rule for r in failed} == rules
    assert {r.severity for r in failed} == {"error"}
    assert all(r.message and r.count and not r.error for r in failed)


def test_what_was_waived_is_sound_and_never_due(build):
    build.execute(f"update {RESULTS} set state = 'waived' where {FIRST} and step_key = 'priced'")
    assert [r for r in audit(build) if not r.passed] == []
    build.execute(f"update {RESULTS} set state = 'waived' where {FIRST}")
    assert [r.rule for r in audit(build) if not r.passed] == ["due_and_ok_agree"]


def test_the_message_names_the_deal(build):
    build.execute(f"update {COMPLIANCE} set rate_high = 1.5 where {FIRST}")
    (failed,) = [r for r in audit(build) if not r.passed]
    assert failed.message == "1 deals have a rate outside 0 to 1, or a low one above the high one: acme:0"


def test_a_rate_of_nothing_is_refused(build):
    build.execute(f"update {COMPLIANCE} set due = 0, ok = 0 where {FIRST}")
    build.execute(f"update {RESULTS} set is_due = false, is_ok = false, state = 'not_due' where {FIRST}")
    (failed,) = [r for r in audit(build) if not r.passed]
    assert failed.rule == "nothing_due_is_no_rate"


def test_no_deals_anywhere_is_sound(build):
    for table in ("canonical.int_deals", "warehouse.marts.dim_deals", RESULTS, COMPLIANCE):
        build.execute(f"delete from {table}")
    assert [r for r in audit(build) if not r.passed] == []


def test_empty_marts_beside_deals_are_never_green(build):
    for table in ("warehouse.marts.dim_deals", RESULTS, COMPLIANCE):
        build.execute(f"delete from {table}")
    failed = {r.rule: r for r in audit(build) if not r.passed}
    assert failed["rates_are_shares"].error == "there are no rows to check, so nothing is proven"
    assert {"every_deal_is_in_the_marts", "every_step_has_a_result"} <= failed.keys()
