"""Mistakes in conditions, four eyes, modes, responses and rules of open deals: place, value and fix of each."""

from __future__ import annotations

import pytest

from expectations.process import load_process
from tests.expectations.process_files import problems

GOOD = """\
applies_to: {deal_types: [new, renewal], amount: {below: 50000}}
stages:
  - key: first
    name: First
    probability: 0.2
    steps:
      - {key: called, name: Called, mandatory: true, evidence: {activity: call}}
      - key: met
        name: Met
        mandatory: true
        evidence: {activity: meeting, text: [kick-off]}
        not_by: called
        mode: {default: coach, teams: {EMEA: observe}}
        applies_to: {amount: {at_least: 1000}, fields: [{field: region, one_of: [emea]}]}
responses:
  - key: replied
    name: Replied
    mandatory: true
    when: {activity: email, direction: in}
    within: 2 days
    evidence: {any: [{activity: email, direction: out}, {activity: call}]}
while_open:
  - {key: fresh, name: Fresh, rule: {contact_within: 14 days}, stages: [first]}
  - {key: dated, name: Dated, rule: close_date_not_past}
on_loss:
  - {key: reason, name: Reason, mandatory: true, within: 2 days, mode: observe, evidence: {field: lost_reason}}
"""


def test_the_good_file_is_good(tmp_path):
    path = tmp_path / "process.yml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_process(path).evidence_fields() == {"amount", "region", "lost_reason"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "not_by: called",
            "not_by: caled",
            "12: stages[1].steps[2].not_by: there is no step 'caled' to compare with; did you mean 'called'?",
        ),
        (
            "not_by: called",
            "not_by: met",
            (
                "12: stages[1].steps[2].not_by: nobody but the doer can do a step; "
                "name the step that another person must do"
            ),
        ),
        (
            "not_by: called",
            "not_by: reason",
            (
                "12: stages[1].steps[2].not_by: the step 'reason' is owed on loss, when nobody goes on; "
                "name a step of a stage"
            ),
        ),
        (
            "{default: coach, teams: {EMEA: observe}}",
            "cooch",
            "13: stages[1].steps[2].mode: 'cooch' is not a mode; did you mean 'coach'?",
        ),
        (
            "teams: {EMEA: observe}",
            "teams: {EMEA: silent}",
            (
                "13: stages[1].steps[2].mode.teams.EMEA: 'silent' is not a mode; "
                "observe (numbers only), coach (the owner alone) or alert"
            ),
        ),
        (
            "teams: {EMEA: observe}",
            "teams: {EMEA: observe, emea: coach}",
            (
                "13: stages[1].steps[2].mode.teams.emea: 'emea' is the same team as 'EMEA'; "
                "keep one; the names of teams are compared without regard to capitals"
            ),
        ),
        (
            "teams: {EMEA: observe}",
            "team: {EMEA: observe}",
            "13: stages[1].steps[2].mode.team: 'team' is not a setting here; did you mean 'teams'?",
        ),
        (
            "amount: {at_least: 1000}",
            "amount: {at_least: 1000, below: 1000}",
            (
                "14: stages[1].steps[2].applies_to.amount.below: no deal can ever have a fitting amount "
                "together with what the version asks of it; widen one of the conditions, or remove the step"
            ),
        ),
        (
            "amount: {at_least: 1000}",
            "amount: {at_least: 50000}",
            (
                "14: stages[1].steps[2].applies_to.amount.at_least: no deal can ever have a fitting amount "
                "together with what the version asks of it; widen one of the conditions, or remove the step"
            ),
        ),
        (
            "amount: {at_least: 1000}",
            "amount: {}",
            (
                "14: stages[1].steps[2].applies_to.amount: asks nothing of the amount; write `amount: "
                "{at_least: 1000}`, `below`, or both"
            ),
        ),
        (
            "amount: {at_least: 1000}",
            "deal_types: [partner]",
            (
                "14: stages[1].steps[2].applies_to.deal_types: no deal can ever have a fitting deal type "
                "together with what the version asks of it; widen one of the conditions, or remove the step"
            ),
        ),
        (
            "amount: {at_least: 1000}",
            "deal_types: [old]",
            (
                "14: stages[1].steps[2].applies_to.deal_types[1]: 'old' is not allowed here; "
                "allowed: expansion, new, partner, renewal"
            ),
        ),
        (
            "[{field: region, one_of: [emea]}]",
            "[{field: region, one_of: [emea]}, {field: region, none_of: [EMEA]}]",
            (
                "14: stages[1].steps[2].applies_to.fields[2].none_of: no deal can ever have a fitting region; "
                "widen one of the conditions"
            ),
        ),
        (
            "{field: region, one_of: [emea]}",
            "{field: region, one_of: [emea], is: filled}",
            (
                "14: stages[1].steps[2].applies_to.fields[1]: 'one_of' and 'is' test the same field twice; "
                "keep one, or write a second condition in the list"
            ),
        ),
        (
            "{field: region, one_of: [emea]}",
            "{field: Region}",
            (
                "14: stages[1].steps[2].applies_to.fields[1].field: 'Region' is not a field name; "
                "write 'region' and map it in connections.yml to the CRM's own name"
            ),
        ),
        (
            "{field: region, one_of: [emea]}",
            "{field: region}",
            (
                "14: stages[1].steps[2].applies_to.fields[1]: asks nothing of the field 'region'; "
                "add `one_of: [...]`, `none_of: [...]`, `is: filled`, `at_least` or `below`"
            ),
        ),
        (
            "text: [kick-off]",
            "on_day: 2",
            "11: stages[1].steps[2].evidence.on_day: 'on_day' is not a setting here; did you mean 'on_days'?",
        ),
        (
            "key: replied",
            "key: called",
            (
                "16: responses[1].key: the key 'called' is taken by another step, response or rule; "
                "give one of them another key"
            ),
        ),
        (
            "direction: in}",
            "direction: in, at_least: 2}",
            (
                "19: responses[1].when.at_least: 'at_least' can't be used in a response; "
                "remove it; a response is judged for each event by itself"
            ),
        ),
        (
            "evidence: {any: [{activity: email, direction: out}, {activity: call}]}",
            "evidence: {all: [{activity: email, direction: out}, {activity: call}]}",
            (
                "21: responses[1].evidence.all: `all` can't be used in a response, which looks at one record at "
                "a time; name the one thing that counts, or `any` of several"
            ),
        ),
        (
            "{activity: email, direction: out}",
            "{activity: email, direction: in}",
            (
                "21: responses[1].evidence: what sets it off is its own answer, so it could never be missed; "
                "let the evidence name something else, for example the other direction"
            ),
        ),
        (
            "{activity: email, direction: in}",
            "{contact: any}",
            (
                "19: responses[1].when: a contact sets nothing off; "
                "name one of activity, document, stage, field, approval"
            ),
        ),
        (
            "when: {activity: email, direction: in}\n    ",
            "",
            "16: responses[1].when: 'when' is missing; add `when: …`",
        ),
        (
            "    within: 2 days\n",
            "    within: soon\n",
            (
                "20: responses[1].within: 'soon' is not a span of time; write `{working_days: 1}`, or a span such as "
                "`60 seconds` or `2 days` (1 to 60 working days)"
            ),
        ),
        (
            "{contact_within: 14 days}",
            "contact_within",
            "23: while_open[1].rule: 'contact_within' doesn't say how much; write `rule: {contact_within: 14 days}`",
        ),
        (
            "{contact_within: 14 days}",
            "{contact_within: 14}",
            (
                "23: while_open[1].rule.contact_within: the time has no unit, or no number; "
                "write `rule: {contact_within: 14 days}`"
            ),
        ),
        (
            "{contact_within: 14 days}",
            "{pushes_at_most: many}",
            "23: while_open[1].rule.pushes_at_most: is not a count of pushes; write `rule: {pushes_at_most: 3}`",
        ),
        (
            "{contact_within: 14 days}",
            "{close_date_not_past: 3}",
            (
                "23: while_open[1].rule.close_date_not_past: 'close_date_not_past' takes no number; "
                "write `rule: close_date_not_past`"
            ),
        ),
        (
            "rule: close_date_not_past",
            "rule: close_date_not_passed",
            "24: while_open[2].rule: there is no rule 'close_date_not_passed'; did you mean 'close_date_not_past'?",
        ),
        (
            "stages: [first]",
            "stages: [frist]",
            "23: while_open[1].stages[1]: there is no stage 'frist'; did you mean 'first'?",
        ),
        (
            "stages: [first]",
            "stages: [won]",
            "23: while_open[1].stages[1]: a deal that is won is not open; name stages of an open deal",
        ),
        (
            "{field: lost_reason}",
            "{field: close_date, at_gate: on_or_after, in_last_days: 3}",
            (
                "26: on_loss[1].evidence.in_last_days: 'in_last_days' says nothing about 'at_gate'; "
                "remove it; `at_gate` looks at the date that held when the deal left the stage"
            ),
        ),
    ],
)
def test_a_mistake_is_named_with_place_and_fix(tmp_path, old, new, told):
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert f"process.yml:{told}" in found
    assert len({problem.partition(" ")[0] for problem in found}) == 1, found


def test_a_version_that_judges_nothing_is_told_once(tmp_path):
    found = problems(tmp_path, GOOD.replace("amount: {below: 50000}", "amount: {below: 5, at_least: 7}"))
    assert found == [
        "process.yml:1: applies_to.amount.below: no deal can ever have a fitting amount; widen one of the conditions"
    ]


def test_no_versions_are_no_process(tmp_path):
    assert problems(tmp_path, "versions: []\n") == [
        (
            "process.yml:1: versions: there are no versions; write the process under it, or put its stages at "
            "the top of the file"
        )
    ]
