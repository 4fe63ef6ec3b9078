"""The gate over a small build file: what holds a connection, what is only listed, and that the others go on."""

from __future__ import annotations

import duckdb
import pytest

from expectations.company import Hold
from expectations.gate import QUERIES, RULES, baselines, held_connections, run_gate

TABLES = """
create schema canonical; create schema reference;
create table reference.settings (as_of timestamp);
create table reference.connections (connection text, state text, judged_at timestamp);
create table canonical.int_deals (connection text, deal_key text, pipeline_id text, stage_id text, stage_key text,
    amount decimal(18,2), created_at timestamp, close_date date, is_deleted boolean, merged_into text);
create table canonical.int_stage_changes (connection text, deal_key text, change_id text, stage_id text,
    entered_at timestamp, source text);
create table canonical.int_field_changes (connection text, deal_key text, change_id text, field text);
create table canonical.int_activities (connection text, deal_key text, kind text, activity_id text);
create table canonical.int_deal_contacts (connection text, deal_key text, contact_id text, role text);
create table canonical.int_documents (connection text, deal_key text, kind text, document_id text);
create table canonical.int_crm_stages (connection text, pipeline_id text, stage_id text, probability double);
insert into reference.settings values ('2026-03-31 03:00');
insert into reference.connections values ('acme', 'good', '2026-03-31 02:00'), ('beta', 'good', '2026-03-31 02:00');
insert into canonical.int_crm_stages values ('acme', 'p', 's1', 0.2), ('beta', 'p', 's1', 0.2);
insert into canonical.int_deals select name, name || ':' || n, 'p', 's1', 'qualify', 100, '2026-01-05',
    '2026-06-30', false, null from (values ('acme'), ('beta')) as c (name), range(100) as r (n);
insert into canonical.int_stage_changes select connection, deal_key, 'c' || deal_key, 's1', '2026-01-05', 'history'
    from canonical.int_deals;
"""


@pytest.fixture
def build():
    con = duckdb.connect()
    con.execute(TABLES)
    return con


def gate(con, before=None, hold=None, connections=None):
    frames = {name: con.execute(query).df() for name, query in QUERIES.items()}
    return run_gate(frames, before or {}, connections, hold)


def broken(results):
    return {(r.rule, r.connection): (r.severity, r.count) for r in results if not r.passed}


def test_sound_tables_pass_every_rule_for_every_connection(build):
    results = gate(build, {"acme": 100, "beta": 100})
    assert broken(results) == {}
    assert {(r.rule, r.connection) for r in results} == {(rule, c) for rule in RULES for c in ("acme", "beta")}


@pytest.mark.parametrize(
    ("change", "rule", "severity", "count"),
    [
        ("insert into canonical.int_documents values ('acme','acme:1','quote','q'), ('acme','acme:1','quote','q')",
         "keys_unique", "error", 1),
        ("insert into canonical.int_activities values ('acme', 'acme:1', 'call', null)", "keys_present", "error", 1),
        ("insert into canonical.int_activities values ('acme','acme:1','call','a'), ('acme','acme:01','call','b')",
         "deals_known", "warn", 1),
        ("insert into canonical.int_activities select 'acme', 'acme:0' || n, 'call', n from range(10, 100) as r (n)",
         "most_deals_known", "error", 1),
        ("update canonical.int_deals set stage_key = 'unmapped' where deal_key in ('acme:3', 'acme:4')",
         "stage_known", "warn", 2),
        ("update canonical.int_deals set stage_key = 'unmapped' where connection = 'acme'",
         "stage_known", "error", 100),
        ("update canonical.int_deals set stage_key = null, pipeline_id = null where deal_key = 'acme:3'",
         "has_pipeline", "warn", 1),
        ("update canonical.int_deals set created_at = null where deal_key = 'acme:3'", "created_sane", "warn", 1),
        ("update canonical.int_deals set created_at = '1970-01-01' where connection = 'acme'",
         "created_sane", "error", 100),
        ("update canonical.int_deals set close_date = '9999-12-31' where deal_key = 'acme:3'",
         "close_date_sane", "warn", 1),
        ("update canonical.int_deals set amount = -5 where deal_key = 'acme:3'", "amount_not_negative", "warn", 1),
        ("update canonical.int_deals set amount = 2000000000000 where deal_key = 'acme:3'",
         "amount_not_absurd", "warn", 1),
        ("update canonical.int_crm_stages set probability = 20 where connection = 'acme'",
         "probability_sane", "warn", 1),
        ("update canonical.int_deals set stage_id = 's2' where deal_key in ('acme:1', 'acme:2', 'acme:3')",
         "history_ends_in_current_stage", "warn", 3),
        ("update canonical.int_deals set stage_id = 's2' where deal_key in ('acme:1','acme:2','acme:3','acme:4')",
         "history_ends_in_current_stage", "error", 4),
    ],
)  # fmt: skip
def test_what_is_odd_is_listed_and_what_is_broken_holds_its_connection_only(build, change, rule, severity, count):
    build.execute(change)
    results = gate(build)
    assert broken(results) == {(rule, "acme"): (severity, count)}
    assert held_connections(results) == ({"acme"} if severity == "error" else set())


def test_missing_values_that_a_deal_may_lack_are_no_fault(build):
    build.execute("update canonical.int_deals set amount = null, close_date = null where connection = 'acme'")
    assert broken(gate(build)) == {}


def test_a_contact_may_have_two_roles(build):
    build.execute(
        "insert into canonical.int_deal_contacts values ('acme','acme:1','k','buyer'), ('acme','acme:1','k',null)"
    )
    assert broken(gate(build)) == {}


def test_changes_of_the_same_moment_may_stand_in_any_order(build):
    build.execute("insert into canonical.int_stage_changes values ('acme','acme:1','z','s0','2026-01-05','history')")
    assert broken(gate(build)) == {}


def test_what_is_inferred_from_the_present_stage_does_not_prove_the_history(build):
    build.execute("update canonical.int_deals set stage_id = 's0' where deal_key in ('acme:1', 'acme:2')")
    # at the last told moment itself, where a deal was changed no later than it moved
    build.execute("""insert into canonical.int_stage_changes
        select connection, deal_key, 'i', 's0', '2026-01-05', 'inferred' from canonical.int_deals
        where stage_id = 's0'""")
    assert broken(gate(build)) == {("history_ends_in_current_stage", "acme"): ("warn", 2)}


def test_deleted_and_merged_deals_are_not_looked_at(build):
    build.execute("update canonical.int_deals set amount = -1, is_deleted = true where deal_key = 'acme:1'")
    build.execute("update canonical.int_deals set amount = -1, merged_into = 'acme:5' where deal_key = 'acme:2'")
    assert broken(gate(build)) == {}


@pytest.mark.parametrize(
    ("before", "falls"),
    [({"acme": 201}, True), ({"acme": 200}, False), ({"beta": 100}, False), ({}, False)],
)
def test_a_fall_below_the_floor_holds(build, before, falls):
    results = gate(build, before)
    assert held_connections(results) == ({"acme"} if falls else set())
    if falls:
        (floor,) = [r for r in results if not r.passed]
        assert floor.message == "acme: 100 deals, after 201 in the last good night; held until that is explained"


def test_small_falls_hold_nothing(build):
    for table in ("int_deals", "int_stage_changes"):
        build.execute(f"delete from canonical.{table} where connection = 'acme' and deal_key not in ('acme:1')")
    assert held_connections(gate(build, {"acme": 15})) == set()
    assert held_connections(gate(build, {"acme": 15}, Hold(max_fall=0.5, min_rows=5))) == {"acme"}


def test_while_an_account_is_first_read_its_records_may_come_before_its_deals(build):
    build.execute("delete from canonical.int_deals where connection = 'acme'")
    build.execute("update reference.connections set state = 'backfilling' where connection = 'acme'")
    assert broken(gate(build)) == {}


def test_never_green_with_nothing(build):
    build.execute("delete from canonical.int_stage_changes where connection = 'acme'")
    build.execute("delete from canonical.int_deals where connection = 'acme'")
    assert broken(gate(build)) == {("row_floor", "acme"): ("warn", 0)}
    assert broken(gate(build, {"acme": 100})) == {("row_floor", "acme"): ("error", 100)}
    build.execute("update reference.connections set state = 'backfilling' where connection = 'acme'")
    assert broken(gate(build)) == {}


def test_the_baseline_counts_live_deals(build):
    build.execute("update canonical.int_deals set is_deleted = true where deal_key = 'acme:1'")
    frames = {name: build.execute(query).df() for name, query in QUERIES.items()}
    assert baselines(frames) == {"acme": 99, "beta": 100}


def test_a_forgotten_frame_is_refused():
    with pytest.raises(ValueError, match="was not given the frames deals, stages, tables"):
        run_gate({}, {})
