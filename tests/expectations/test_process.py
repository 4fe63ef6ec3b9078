"""Wrong process files: every mistake is named with its line, its value and a fix, and all of a file at once."""

from __future__ import annotations

import pytest

from expectations.process import load_process
from tests.expectations.process_files import GOOD, problems


def test_the_good_file_is_good(tmp_path):
    path = tmp_path / "process.yml"
    path.write_text(GOOD, encoding="utf-8")
    process = load_process(path)
    assert [step.key for _, step in process.steps()] == ["called", "met", "offered", "reason"]
    assert process.stage_keys() == {"first", "second"}
    assert process.evidence_fields() == {"lost_reason"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "key: offered",
            "key: called",
            (
                "process.yml:19: stages[2].steps[1].key: there are two steps with the key 'called'; "
                "give one of them another key"
            ),
        ),
        (
            "key: second",
            "key: first",
            "process.yml:15: stages[2].key: there are two stages with the key 'first'; give one of them another key",
        ),
        (
            "key: second",
            "key: won",
            (
                "process.yml:15: stages[2].key: the stage key 'won' is reserved; choose another key; "
                "won and lost are the ends of every process and need no stage"
            ),
        ),
        (
            "after: called",
            "after: caled",
            "process.yml:13: stages[1].steps[2].after: there is no step 'caled' to come after; did you mean 'called'?",
        ),
        (
            "after: called",
            "after: offered",
            (
                "process.yml:13: stages[1].steps[2].after: the step 'offered' belongs to a later stage; "
                "name a step of the same stage or of an earlier one"
            ),
        ),
        (
            "        mandatory: true\n        evidence: {activity: call}",
            "        mandatory: true\n        after: met\n        evidence: {activity: call}",
            (
                "process.yml:9: stages[1].steps[1].after: the steps wait for each other: called after "
                "met after called; "
                "remove one `after`"
            ),
        ),
        (
            "probability: 0.6",
            "probability: 60",
            "process.yml:17: stages[2].probability: a probability lies between 0 and 1; write 0.6 for 60 %",
        ),
        (
            "probability: 0.6",
            "probability: -0.1",
            "process.yml:17: stages[2].probability: a probability lies between 0 and 1; write 0 to 1",
        ),
        (
            "probability: 0.6",
            "probability: 60%",
            (
                "process.yml:17: stages[2].probability: a probability is written without a percent sign; "
                "write a share, for example 0.3 for 30 %"
            ),
        ),
        (
            "probability: 0.6",
            'probability: "60"',
            "process.yml:17: stages[2].probability: '60' is too large; write 1 or less",
        ),
        (
            "probability: 0.6",
            "probability: nan",
            "process.yml:17: stages[2].probability: 'nan' is not a number; write a number",
        ),
        (
            "within: 2 days",
            "within: 99999999999999 weeks",
            (
                "process.yml:27: on_loss[1].within: '99999999999999 weeks' is longer than ten years; "
                "write a shorter time"
            ),
        ),
        *(
            (
                "stages:\n",
                f"in_force_from: {number}\nstages:\n",
                f"process.yml:1: in_force_from: {number} is not a date like 2026-01-31; write a date like 2026-01-31",
            )
            for number in (0, 2026, 20260131)
        ),
        (
            "{activity: call}",
            "{activity: []}",
            "process.yml:9: stages[1].steps[1].evidence.activity: is empty; name at least one",
        ),
        (
            "within: 2 days",
            "within: 2",
            (
                "process.yml:27: on_loss[1].within: 2 is not a span of time; write a number and a unit, for example "
                "`60 seconds`, `4 hours` or `2 days`"
            ),
        ),
        (
            "within: 2 days",
            "within: 2 days\n    grace: 1 day",
            (
                "process.yml:28: on_loss[1].grace: a step owed on loss has no grace; "
                "use `within` for the time allowed after the loss"
            ),
        ),
        (
            "        mandatory: true\n        evidence: {document: quote}",
            "        evidence: {document: quote}",
            "process.yml:19: stages[2].steps[1].mandatory: 'mandatory' is missing; add `mandatory: …`",
        ),
        (
            "{document: quote}",
            "{document: quote, activity: call}",
            (
                "process.yml:22: stages[2].steps[1].evidence: 'activity' and 'document' stand side by "
                "side, and it is not "
                "clear whether one suffices; write `any: [{activity: call}, {document: quote}]` when one suffices, "
                "`all: [{activity: call}, {document: quote}]` when each is needed"
            ),
        ),
        (
            "{document: quote}",
            "{outcome: completed}",
            (
                "process.yml:22: stages[2].steps[1].evidence: names none of any, all, field, "
                "activity, contact, document, "
                "stage, approval; say what proves the step, for example `evidence: {activity: meeting}` or "
                "`evidence: {field: amount, is: positive}`"
            ),
        ),
        (
            "{document: quote}",
            "{document: quote, direction: in}",
            (
                "process.yml:22: stages[2].steps[1].evidence.direction: 'direction' says nothing about 'document'; "
                "remove it, or use it with activity"
            ),
        ),
        (
            "{activity: call}",
            "{stage: second}",
            (
                "process.yml:9: stages[1].steps[1].evidence.stage: the stage 'second' comes later, so "
                "the step could never "
                "be done in time; name an earlier one: first"
            ),
        ),
        (
            "{document: quote}",
            "{stage: frist}",
            "process.yml:22: stages[2].steps[1].evidence.stage: there is no stage 'frist'; did you mean 'first'?",
        ),
        (
            "{document: quote}",
            "{field: amount, at_gate: on_or_after}",
            (
                "process.yml:22: stages[2].steps[1].evidence.at_gate: 'amount' holds no date, so none could ever be "
                "ahead; name `close_date`, or a field that holds a date"
            ),
        ),
        (
            "{document: quote}",
            "{any: [{field: close_date, is: positive}, {field: budget, is: positive}]}",
            (
                "process.yml:22: stages[2].steps[1].evidence.any[1].is: 'close_date' holds no number, so none could "
                "ever be positive; write `is: filled`, or name `amount` or a field that holds a number"
            ),
        ),
        (
            "{document: quote}",
            "{field: amount, is: positive, one_of: [a]}",
            (
                "process.yml:22: stages[2].steps[1].evidence: 'is' and 'one_of' test the same field twice; "
                "keep one, or write two pieces of evidence under `all`"
            ),
        ),
        (
            "{document: quote}",
            "{activity: call, outcome: done, outcome_not: [done]}",
            (
                "process.yml:22: stages[2].steps[1].evidence.outcome_not: the outcome 'done' is both "
                "wanted and refused; "
                "keep it in one of `outcome` and `outcome_not`"
            ),
        ),
        (
            "{document: quote}",
            "{on_days: 2, any: [{activity: call}, {field: amount}]}",
            (
                "process.yml:22: stages[2].steps[1].evidence.any[2]: can't be counted together with "
                "the others; a group "
                "with at_least, on_days, in_last_days or with_contact holds only activities (or only "
                "documents) that have "
                "none of these settings themselves"
            ),
        ),
        (
            "{document: quote}",
            "{field: Close Date}",
            (
                "process.yml:22: stages[2].steps[1].evidence.field: 'Close Date' is not a field name; "
                "write 'close_date' and map it in connections.yml to the CRM's own name"
            ),
        ),
        (
            "{field: lost_reason}",
            "{field: close_date, at_gate: on_or_after}",
            (
                "process.yml:28: on_loss[1].evidence.at_gate: losing a deal is not leaving a stage, so `at_gate` never "
                "holds; test the field with `is` or `one_of`"
            ),
        ),
        (
            "stages:\n",
            "stages: []\nolder:\n",
            "process.yml:1: stages: the process has no stages; add at least one stage",
        ),
        (
            "    name: Second\n",
            "    name: Second\n    probablity: 0.5\n",
            "process.yml:17: stages[2].probablity: 'probablity' is not a setting here; did you mean 'probability'?",
        ),
    ],
)
def test_a_mistake_is_named_with_place_and_fix(tmp_path, old, new, expected):
    assert old in GOOD
    assert expected in problems(tmp_path, GOOD.replace(old, new, 1))


def test_all_mistakes_come_at_once_also_beside_wrong_types(tmp_path):
    text = GOOD.replace("probability: 0.2", "probability: 20").replace("after: called", "after: nobody")
    text = text.replace("within: 2 days", "within: soon").replace("name: Offered", "name: [Offered]")
    found = problems(tmp_path, text)
    assert [line.split(":")[1] for line in found] == ["4", "13", "20", "27"]


@pytest.mark.parametrize(
    ("written", "seconds", "days"),
    [("60 seconds", 60, None), ("2 days", 172_800, None), ("{working_days: 3}", None, 3), ("1 working day", None, 1)],
)
def test_grace_is_a_span_or_working_days(tmp_path, written, seconds, days):
    path = tmp_path / "process.yml"
    path.write_text(f"defaults: {{grace: {written}}}\n{GOOD}", encoding="utf-8")
    grace = load_process(path).defaults.grace
    assert (grace.seconds, grace.working_days) == (seconds, days)
