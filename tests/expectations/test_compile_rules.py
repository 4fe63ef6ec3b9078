"""What process.yml says beside stages and stock evidence, against tables written by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest

from expectations.compile_process import process_tables
from expectations.process import load_process

TEXT = """\
defaults: {clock: start, backfill: accept}
versions:
  - in_force_from: 2025-01-01
    stages:
      - {key: first, name: First, probability: 0.2, steps: [{key: called, name: Called, mandatory: true}]}
  - in_force_from: 2026-01-01
    applies_to:
      deal_types: [new, renewal]
      pipelines: [Acme/7, 8]
      segments: [SMB]
      amount: {at_least: 1000, below: 9000.5}
      fields: [{field: score, at_least: 3}, {field: plan, is: filled}, {field: country, none_of: [AT, ch]}]
    stages:
      - key: first
        name: First
        probability: 0.2
        steps:
          - key: called
            name: Called
            mandatory: true
            sentence: Nobody called.
            clock: completion
            evidence: {activity: call, text: [Budget, plan]}
            mode: coach
          - key: met
            name: Met
            mandatory: true
            evidence: {field: met, changed_after: 2026-01-01, in_last_days: 30}
            backfill: reject
            not_by: called
            must_be_inside: true
            mode: {default: observe, teams: {EMEA: alert, Alps: coach}}
            applies_to: {amount: {below: 5000}, deal_types: [new]}
          - {key: signed, name: Signed, mandatory: false, evidence: {approval: any, status: [Approved]}}
          - {key: cleared, name: Cleared, mandatory: false, evidence: {approval: [legal, price], at_least: 2}}
    responses:
      - key: replied
        name: Replied
        why: They wait.
        mandatory: true
        when: {activity: email, direction: in}
        within: {working_days: 2}
        evidence: {any: [{activity: email, direction: out}, {activity: call}]}
        sentence: Nobody answered.
      - {key: sent, name: Sent, mandatory: false, when: {stage: first}, within: 4 hours, evidence: {document: quote}}
    while_open:
      - {key: fresh, name: Fresh, why: Deals cool., rule: {contact_within: 36 hours}, stages: [first], severity: high}
      - {key: dated, name: Dated, rule: close_date_not_past, sentence: It is over.}
      - {key: calm, name: Calm, rule: {pushes_at_most: 0}}
    on_loss:
      - {key: reason, name: Reason, mandatory: true, within: 2 days, mode: observe, evidence: {field: lost_reason}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    path = tmp_path_factory.mktemp("process") / "process.yml"
    path.write_text(TEXT, encoding="utf-8")
    return process_tables(load_process(path), ZoneInfo("Europe/Berlin"))


def rows(table: pd.DataFrame, columns: str = "*") -> list[tuple]:
    with duckdb.connect() as connection:
        connection.register("t", table)
        return connection.execute(f"select {columns} from t").fetchall()


def test_conditions_of_a_version_have_no_step(made):
    assert rows(made["process_deal_types"]) == [(1, "new"), (2, "new"), (2, "renewal")]
    assert rows(made["step_conditions"]) == [
        (2, None, 1, "pipeline", "one_of", None),
        (2, None, 2, "segment", "one_of", None),
        (2, None, 3, "amount", "at_least", 1000.0),
        (2, None, 4, "amount", "below", 9000.5),
        (2, None, 5, "score", "at_least", 3.0),
        (2, None, 6, "plan", "filled", None),
        (2, None, 7, "country", "none_of", None),
        (2, "met", 1, "deal_type", "one_of", None),
        (2, "met", 2, "amount", "below", 5000.0),
    ]
    assert rows(made["step_condition_values"]) == [
        (2, None, 1, "acme/7"),
        (2, None, 1, "8"),
        (2, None, 2, "smb"),
        (2, None, 7, "at"),
        (2, None, 7, "ch"),
        (2, "met", 1, "new"),
    ]


def test_a_step_says_what_the_defaults_do_not(made):
    columns = "version, step_key, backfill_policy, must_be_inside, clock, not_by_step_key, sentence_text"
    assert rows(made["process_steps"], columns) == [
        (1, "called", "accept", False, "start", None, None),
        (2, "called", "accept", False, "completion", None, "Nobody called."),
        (2, "met", "reject", True, "start", "called", None),
        (2, "signed", "accept", False, "start", None, None),
        (2, "cleared", "accept", False, "start", None, None),
        (2, "reason", "accept", False, "start", None, None),
    ]


def test_no_mode_is_alert(made):
    assert rows(made["step_modes"]) == [
        (2, "called", None, "coach"),
        (2, "met", None, "observe"),
        (2, "met", "EMEA", "alert"),
        (2, "met", "Alps", "coach"),
        (2, "reason", None, "observe"),
    ]


def test_evidence_of_steps_responses_and_triggers(made):
    columns = "step_key, alternative, kind, field, test, min_count, within_days_before_gate, changed_after, stage_key"
    assert rows(made["step_terms"], columns) == [
        ("called", 1, "activity", None, None, 1, None, None, None),
        ("met", 1, "field", "met", "filled", 1, 30.0, datetime.fromisoformat("2025-12-31T23:00"), None),
        ("signed", 1, "document", None, None, 1, None, None, None),
        ("cleared", 1, "document", None, None, 2, None, None, None),
        ("reason", 1, "field", "lost_reason", "filled", 1, None, None, None),
        ("replied", 1, "activity", None, None, 1, None, None, None),
        ("replied", 2, "activity", None, None, 1, None, None, None),
        ("replied:trigger", 1, "activity", None, None, 1, None, None, None),
        ("sent", 1, "document", None, None, 1, None, None, None),
        ("sent:trigger", 1, "stage", None, None, 1, None, None, "first"),
    ]
    assert rows(made["step_term_values"], "step_key, alternative, role, value") == [
        ("called", 1, "kind", "call"),
        ("called", 1, "text", "budget"),
        ("called", 1, "text", "plan"),
        ("signed", 1, "document_kind", "approval"),
        ("signed", 1, "status", "approved"),
        ("cleared", 1, "document_kind", "legal"),
        ("cleared", 1, "document_kind", "price"),
        ("replied", 1, "kind", "email"),
        ("replied", 1, "direction", "out"),
        ("replied", 2, "kind", "call"),
        ("replied:trigger", 1, "kind", "email"),
        ("replied:trigger", 1, "direction", "in"),
        ("sent", 1, "document_kind", "quote"),
    ]


def test_responses(made):
    assert rows(made["process_responses"]) == [
        (2, "replied", "Replied", "They wait.", True, "medium", None, 2, "Nobody answered.",
         "an outgoing email, or a call", "an incoming email"),
        (2, "sent", "Sent", "", False, "low", 14_400, None, None, "a quote", "the deal entered the stage first"),
    ]  # fmt: skip


def test_rules_of_open_deals(made):
    assert rows(made["process_hygiene"]) == [
        (2, "fresh", "Fresh", "Deals cool.", "high", "contact_within", 1.5, None),
        (2, "dated", "Dated", "", "low", "close_date_not_past", None, "It is over."),
        (2, "calm", "Calm", "", "low", "pushes_at_most", 0.0, None),
    ]
    assert rows(made["process_hygiene_stages"]) == [(2, "fresh", "first")]


def test_the_default_process_needs_none_of_it(tmp_path: Path):
    tables = process_tables(load_process(), ZoneInfo("UTC"))
    empty = ("step_conditions", "step_condition_values", "step_modes", "process_responses", "process_hygiene")
    assert [name for name in empty if len(tables[name])] == []
    assert rows(tables["process_steps"], "distinct backfill_policy, must_be_inside, clock") == [
        ("flag", False, "completion")
    ]
