"""Compliance per step: what was owed and not kept is counted, what was not owed is not."""

from __future__ import annotations

import duckdb
import pandas as pd

from expectations.compliance import QUERY, run_compliance
from expectations.process import load_process

PROCESS = load_process()


def results(*rows):
    frame = pd.DataFrame(rows, columns=["deal_key", "step_key", "state", "is_ok"]).assign(connection="a")
    frame["is_due"] = frame["state"] != "unknown"
    frame["deal_url"] = [f"https://crm/{key}" if ok is not True and key != "a:2" else None
                         for key, ok in zip(frame["deal_key"], frame["is_ok"], strict=True)]  # fmt: skip
    return {result.rule: result for result in run_compliance(frame, PROCESS)}


def test_deals_that_owed_a_step_and_lack_it_are_counted():
    got = results(
        ("a:1", "buyer_named", "missing", False),
        ("a:2", "buyer_named", "late", False),
        ("a:3", "buyer_named", "done", True),
        ("a:3", "amount_known", "done", True),
        ("a:3", "lost_reason_recorded", "missing", False),
    )
    assert list(got) == [step.key for _, step in PROCESS.steps()]
    named = got["buyer_named"]
    assert (named.passed, named.severity, named.count, named.sample) == (False, "warn", 2, ["a:1", "a:2"])
    assert named.message == (
        "Buyer named: 2 of 3 deals that owed it left the stage without it (1 not recorded, 1 late)"
    )
    assert (got["amount_known"].passed, got["amount_known"].count) == (True, 0)
    assert got["amount_known"].message == "Amount known: recorded in time for all 1 deals that owed it"
    assert got["final_amount"].message == "no deal owed it yet"
    assert got["lost_reason_recorded"].message.endswith("were lost without it (1 not recorded)")
    assert not any(result.error for result in got.values())


def test_null_is_not_kept():
    got = results(("a:1", "buyer_named", "missing", None), ("a:2", "buyer_named", "done", True))
    assert (got["buyer_named"].passed, got["buyer_named"].count) == (False, 1)


def test_nothing_owed_says_so():
    got = results()
    assert {result.message for result in got.values()} == {"no deal owed it yet"}
    assert len(got) == 10


def test_results_of_a_step_that_is_not_in_the_process_are_our_mistake():
    (stranger,) = results(("a:1", "unheard_of", "missing", False)).values()
    assert stranger.error == "the step 'unheard_of' has results and is not in process.yml"
    assert (stranger.passed, stranger.severity) == (False, "error")


def test_a_rate_has_bounds_that_hold_what_is_doubtful_against_it_and_for_it():
    got = results(
        ("a:1", "buyer_named", "missing", False),
        ("a:2", "buyer_named", "backfilled", False),
        ("a:3", "buyer_named", "done", True),
        ("a:4", "buyer_named", "unknown", False),
        ("a:4", "amount_known", "unknown", False),
    )
    assert got["buyer_named"].rates == (0.25, 0.75)
    assert got["buyer_named"].count == 2
    assert got["buyer_named"].links == {"a:1": "https://crm/a:1"}
    assert (got["amount_known"].rates, got["amount_known"].message) == (None, "no deal owed it yet")


def test_what_is_asked_of_the_marts():
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as warehouse; create schema warehouse.marts")
        con.execute(
            "create table warehouse.marts.dim_deals as select 'a' as connection, unnest(['a:1', 'a:2']) as deal_key, "
            "'https://crm/1' as deal_url"
        )
        con.execute(
            "create table warehouse.marts.fct_step_results as select 'a' as connection, * from (values "
            "('a:1', 'buyer_named', 'missing', true, true, false), ('a:2', 'buyer_named', 'done', true, true, true), "
            "('a:2', 'amount_known', 'unknown', true, false, false), ('a:1', 'amount_known', 'waived', true, false, "
            "false), ('a:1', 'second_contact', 'unknown', false, false, false)) "
            "as rows (deal_key, step_key, state, is_mandatory, is_due, is_ok)"
        )
        frame = con.execute(QUERY).df()
    got = {result.rule: result for result in run_compliance(frame, PROCESS)}
    assert (got["buyer_named"].rates, got["buyer_named"].links) == ((0.5, 0.5), {"a:1": "https://crm/1"})
    assert (got["amount_known"].rates, got["amount_known"].count) == (None, 0)
    assert len(frame) == 3
