"""Warnings of an onerous or vague process; the default process has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from connectors.settings import ConnectionSettings
from expectations.lint import lint_process
from expectations.lint_workspace import lint_workspace
from expectations.process import Process, load_process
from expectations.waivers import Waiver


def process(tmp_path: Path, text: str) -> Process:
    path = tmp_path / "process.yml"
    path.write_text(text, encoding="utf-8")
    return load_process(path)


def steps(prefix: str, count: int) -> str:
    step = "{{key: {0}{1}, name: N, why: W., mandatory: true, evidence: {{field: amount}}}}"
    return f"[{', '.join(step.format(prefix, n) for n in range(count))}]"


def stage(key: str, probability: float, count: int) -> str:
    return f"  - {{key: {key}, name: S, probability: {probability}, max_days: 9, steps: {steps(key, count)}}}\n"


def told(found: Process) -> list[str]:
    return [f"{warning.where}: {warning.message}" for warning in lint_process(found)]


def test_the_default_process_has_no_warnings():
    assert told(load_process()) == []


def test_too_many_mandatory_steps(tmp_path):
    text = "stages:\n" + stage("a", 0.1, 5) + stage("b", 0.2, 4) + stage("c", 0.3, 4)
    assert told(process(tmp_path, text)) == [
        "stage a: 5 mandatory steps in one stage (more than 4)",
        "process: 13 mandatory steps altogether (more than 12)",
    ]


def test_probabilities_that_do_not_rise(tmp_path):
    text = "stages:\n" + stage("a", 0.5, 1) + stage("b", 0.5, 1) + stage("c", 0.4, 1)
    assert told(process(tmp_path, text)) == [
        "stage b: probability 0.5 is not above the 0.5 of a",
        "stage c: probability 0.4 is not above the 0.5 of b",
    ]


def test_what_is_left_open(tmp_path):
    text = "stages:\n  - {key: a, name: A, probability: 0.0, steps: [{key: s, name: S, mandatory: false}]}\n"
    assert told(process(tmp_path, text)) == [
        "process: no step is mandatory",
        "stage a: has no max_days",
        "stage a: probability 0",
        "step s: has no evidence",
        "step s: has no why",
    ]


def test_only_the_newest_version_is_read(tmp_path):
    old = (
        "  - in_force_from: 2025-01-01\n    stages:\n    " + stage("a", 0.1, 5).replace("\n", "\n    ").rstrip() + "\n"
    )
    new = (
        "  - in_force_from: 2026-01-01\n    stages:\n    " + stage("a", 0.1, 4).replace("\n", "\n    ").rstrip() + "\n"
    )
    assert told(process(tmp_path, f"versions:\n{old}{new}")) == []


def test_rules_that_can_never_tell_anything(tmp_path):
    text = """\
stages:
  - key: a
    name: A
    probability: 0.5
    max_days: 9
    steps:
      - {key: met, name: N, why: W., mandatory: true, evidence: {contact: any}, not_by: seen}
      - {key: seen, name: N, why: W., mandatory: true, evidence: {activity: call}, not_by: met}
      - {key: went, name: N, why: W., mandatory: true, evidence: {stage: a}, must_be_inside: true}
responses:
  - {key: told, name: N, mandatory: true, when: {activity: call}, within: 1 day}
while_open:
  - {key: open, name: N, rule: amount_present}
"""
    assert told(process(tmp_path, text)) == [
        "step went: must be done inside its stage, and a move of the deal alone is its evidence",
        "step met: met is proven by contacts, and no CRM says who added them",
        "step met: and seen each say that the other's doer may not do it",
        "step seen: met is proven by contacts, and no CRM says who added them",
        "response told: has no evidence",
        "response told: has no why",
        "rule open: has no why",
    ]


def account(kind: str, **more) -> ConnectionSettings:
    base = {"base_url": "https://crm.example"} if kind in ("odoo", "salesforce") else {}
    entry = {"path": "exports"} if kind == "files" else {"credentials": {"token": "T"}, **base}
    return ConnectionSettings(name=kind, kind=kind, **entry, **more)


def test_a_field_that_an_account_does_not_map_is_named_with_the_account(tmp_path):
    text = "stages:\n" + stage("a", 0.5, 1).replace("field: amount", "field: budget")
    accounts = {
        "hubspot": account("hubspot", fields={"budget": "hs_budget"}),
        "pipedrive": account("pipedrive"),
        "files": account("files"),
    }
    (found,) = lint_workspace(process(tmp_path, text), accounts, ())
    assert str(found) == (
        "field budget: is not mapped by pipedrive; add `budget: …` (the CRM's own name) to `fields` in "
        "connections.yml; until then it is unknown"
    )
    assert lint_workspace(load_process(), accounts, ()) == []


def words_told(tmp_path: Path, evidence: str, *kinds: str) -> list[str]:
    text = "stages:\n" + stage("a", 0.5, 1).replace("{field: amount}", evidence)
    return [str(one) for one in lint_workspace(process(tmp_path, text), {kind: account(kind) for kind in kinds}, ())]


def test_a_mistyped_activity_accuses_everybody_and_is_told_before(tmp_path):
    asked = "{any: [{activity: [metting, call], outcome_not: [cancelled, no_show]}, {activity: email}]}"
    unknown, hint = "step a0: no CRM here is known to call", "? If your CRM writes both, name both"
    told = [
        f"{unknown} an activity 'metting'; did you mean 'meeting'{hint}",
        f"{unknown} an outcome 'cancelled'; did you mean 'canceled'{hint}",
    ]
    assert words_told(tmp_path, asked, "hubspot") == told
    assert words_told(tmp_path, asked, "files", "pipedrive") == told
    assert words_told(tmp_path, asked, "files") == [], "exports have words of their own"
    both = "{activity: [mail, email], outcome: [complete, completed]}"
    assert words_told(tmp_path, both, "hubspot") == [], "somebody who names both knows"


def test_a_made_up_activity_is_told_where_no_crm_lets_people_make_one_up(tmp_path):
    assert words_told(tmp_path, "{activity: site_visit}", "salesforce", "odoo") == [
        "step a0: no CRM here is known to call an activity 'site_visit'; they know call, email, meeting, task"
    ]
    assert words_told(tmp_path, "{activity: site_visit}", "salesforce", "pipedrive") == []


def test_a_trigger_of_a_response_is_looked_at_too(tmp_path):
    text = (
        "stages:\n"
        + stage("a", 0.5, 1)
        + (
            "responses: [{key: r, name: R, why: W., mandatory: true, when: {activity: e-mail}, within: 1 day,"
            " evidence: {activity: call}}]\n"
        )
    )
    (found,) = lint_workspace(process(tmp_path, text), {"hubspot": account("hubspot")}, ())
    assert (found.where, "did you mean 'email'?" in found.advice) == ("response r", True)


def test_a_waiver_that_lifts_a_step_for_good_is_worth_a_thought():
    lasting = Waiver(2, None, "final_amount", "Bo", date(2026, 1, 1), "frozen")
    (found,) = lint_workspace(load_process(), {}, [lasting, replace(lasting, until=date(2026, 2, 1))])
    assert str(found) == (
        "waivers.csv:2: lifts final_amount for every deal and without an end; "
        "give it an end, or make the step optional in process.yml"
    )
