"""What relates records to each other or to today: answers to events, four eyes, order, decisions, open deals.

The deals are written by hand, one per situation, and judged by a process.yml of this test's own; what must come out is
said beside each. Each rule alone is tested beside its model.
"""

from __future__ import annotations

import pytest

from tests.dbt.harness import Warehouse, at
from tests.dbt.relations_deals import day, told, world_of


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world_of(tmp_path_factory.mktemp("relations"), told()).build()


def responses(built: Warehouse, deal: str, key: str = "reply") -> list[str]:
    return built.values(
        "select state from warehouse.marts.fct_responses where deal_id = ? and response_key = ? order by activation",
        deal,
        key,
    )


def findings(built: Warehouse, deal: str, *kinds: str) -> list[tuple[str, bool]]:
    rows = built.query("select * from warehouse.marts.fct_findings where deal_id = ? order by since, kind", deal)
    return [(row["sentence"], row["is_alert"]) for row in rows if row["kind"] in kinds]


@pytest.mark.parametrize(
    ("deal", "states"),
    {
        "answered": ["fulfilled", "fulfilled"],
        "ignored": ["missing", "missing"],
        "slow": ["late"],
        "undirected": ["unknown"],
        "lost_first": ["closed_before_deadline", "not_applicable"],
        "fresh": ["pending"],
        "foreign": ["not_applicable"],
    }.items(),
)
def test_each_event_asks_for_its_answer(built: Warehouse, deal: str, states: list[str]) -> None:
    assert responses(built, deal) == states


def test_what_a_stage_sets_off_is_owed_though_the_deal_is_won(built: Warehouse) -> None:
    assert responses(built, "handed_over", "handover") == ["fulfilled"]


def test_one_answer_is_missing_once(built: Warehouse) -> None:
    kinds = ("response_missing", "response_late")
    [(sentence, is_alert)] = findings(built, "ignored", *kinds)
    assert sentence == '"Reply" was due by 2024-03-07 and is not recorded; it was asked for 2 times'
    assert is_alert
    assert findings(built, "slow", *kinds) == [
        ('"Reply" was due by 2024-03-12 and was recorded only on 2024-03-13', False)
    ]
    assert findings(built, "not_handed_over", *kinds) == [("Delivery does not know of it yet", True)]
    for deal in ("answered", "undirected", "lost_first", "fresh", "foreign"):
        assert findings(built, deal, *kinds) == []


@pytest.mark.parametrize(
    ("deal", "state"),
    {
        "alone": "violated",
        "apart": "ok",
        "stranger": "unknown",
        "nobody": "unknown",
        "robot": "unknown",
        "half": None,
    }.items(),
)
def test_two_persons_or_one(built: Warehouse, deal: str, state: str | None) -> None:
    found = built.values(
        "select four_eyes from warehouse.marts.fct_step_results where deal_id = ? and step_key = 'approval'", deal
    )
    assert found == [state]
    told_of = [('"Approval" and "Offer" were done by one and the same: Ann Lee', False)]
    assert findings(built, deal, "four_eyes") == (told_of if state == "violated" else [])


def test_order_is_told_where_both_were_done(built: Warehouse) -> None:
    assert findings(built, "turned", "out_of_order") == [('"Offer" was done before "Demo"', False)]
    assert findings(built, "no_demo", "out_of_order") == []
    assert findings(built, "alone", "out_of_order") == []


def test_a_deal_is_decided_once(built: Warehouse) -> None:
    assert findings(built, "both", "conflicting_outcome") == [("Won after it was lost", False)]
    assert findings(built, "again", "conflicting_outcome") == []


def test_the_companys_own_words_go_before_ours(built: Warehouse) -> None:
    assert findings(built, "unseen", "step_missing") == [("Nobody has seen it work", True)]


def hygiene(built: Warehouse, deal: str) -> dict[str, tuple[str, str | None]]:
    rows = built.query("select * from warehouse.marts.fct_hygiene where deal_id = ?", deal)
    return {row["rule_key"]: (row["state"], row["sentence"]) for row in rows}


def test_an_open_deal_that_is_kept_up(built: Warehouse) -> None:
    assert set(hygiene(built, "kept_up").values()) == {("ok", None)}
    assert hygiene(built, "answered")["touch"] == ("not_applicable", None), "another stage"
    assert hygiene(built, "lost_first") == {}, "closed"
    assert {state for state, _ in hygiene(built, "foreign").values()} == {"not_applicable"}, "not this process's deal"


def test_an_open_deal_that_is_not(built: Warehouse) -> None:
    assert hygiene(built, "neglected") == {
        "amount": ("broken", "No amount is recorded"),
        "date": ("broken", "The close date, 2024-06-02, is past"),
        "plan": ("broken", "No next activity is planned"),
        "touch": ("broken", "No contact is recorded in the last 14 days"),
        "pushes": ("broken", "It slips and slips"),
    }
    since = built.query("select rule_key, since from warehouse.marts.fct_hygiene where deal_id = 'neglected'")
    assert {row["rule_key"]: row["since"] for row in since} == {
        "amount": day(50),
        "date": at("2024-06-03"),
        "plan": day(61),
        "touch": day(75),
        "pushes": day(2),
    }


def test_hygiene_is_in_no_rate_and_no_finding(built: Warehouse) -> None:
    rules = set(built.values("select distinct rule_key from warehouse.marts.fct_hygiene"))
    assert rules == {"amount", "date", "plan", "touch", "pushes"}
    for table, column in (("fct_findings", "step_key"), ("fct_step_results", "step_key")):
        assert not rules & set(built.values(f"select distinct {column} from warehouse.marts.{table}"))
