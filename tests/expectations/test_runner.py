"""The traps of Great Expectations, each with the frame on which it would pass silently."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from expectations.rules import Rule
from expectations.runner import EMPTY, _exception, evaluate, judge

TRUE = Rule("done", "done", "is_true", "not recorded")


def deals(**columns) -> pd.DataFrame:
    return pd.DataFrame({"deal_key": [f"a:{i}" for i in range(len(next(iter(columns.values()))))], **columns})


def test_null_is_not_compliant():
    (result,) = evaluate(deals(done=pd.array([True, None, False], dtype="boolean")), [TRUE])
    assert (result.passed, result.count, result.sample) == (False, 2, ["a:1", "a:2"])
    assert result.message == "not recorded"


def test_null_among_python_objects_is_not_compliant():
    (result,) = evaluate(deals(done=pd.Series([True, None], dtype=object)), [TRUE])
    assert (result.passed, result.count) == (False, 1)


def test_an_empty_frame_proves_nothing():
    (result,) = evaluate(deals(done=pd.Series([], dtype="boolean")), [TRUE])
    assert (result.passed, result.severity, result.error) == (False, "error", EMPTY)


def test_a_frame_that_may_be_empty_passes_only_when_asked():
    (verdict,) = judge(deals(done=pd.Series([], dtype="boolean")), [TRUE], may_be_empty=True)
    assert verdict.error is None
    assert verdict.breaking.empty


def test_a_missing_column_is_an_error_and_not_zero_failures():
    rules = [Rule("gone", "gone", "is_true", "…", severity="warn"), TRUE]
    gone, done = evaluate(deals(done=[True]), rules)
    assert (gone.passed, gone.severity, gone.count) == (False, "error", 0)
    assert gone.error == "the table has no column 'gone'"
    assert done.passed


def test_results_are_matched_by_rule_and_not_by_position():
    """Great Expectations groups results by column and kind, so the order of these differs from the suite's."""
    frame = deals(b=[True, True], a=[False, True], n=[1.0, 5.0], k=["x", "x"])
    rules = [
        Rule("b_true", "b", "is_true", ""),
        Rule("k_unique", "k", "unique", ""),
        Rule("n_small", "n", "between", "", low=0, high=2),
        Rule("a_true", "a", "is_true", ""),
        Rule("k_there", "k", "not_null", ""),
        Rule("b_there", "b", "not_null", ""),
    ]
    got = {result.rule: (result.passed, result.count) for result in evaluate(frame, rules)}
    assert list(got) == [rule.rule_id for rule in rules]
    assert got == {
        "b_true": (True, 0),
        "k_unique": (False, 2),
        "n_small": (False, 1),
        "a_true": (False, 1),
        "k_there": (True, 0),
        "b_there": (True, 0),
    }


@pytest.mark.parametrize(
    ("kind", "values", "broken"),
    [
        ("between", [0.0, -0.1, 1.0, 1.5, None], [1, 3]),
        ("unique", ["x", "y", "x", None, None], [0, 2]),
        ("not_null", ["x", None, "y"], [1]),
    ],
)
def test_each_kind_names_the_rows_that_break_it(kind, values, broken):
    (result,) = evaluate(deals(value=values), [Rule("r", "value", kind, "", low=0, high=1)])
    assert result.sample == [f"a:{i}" for i in broken]
    assert result.error is None


def test_a_value_that_cannot_be_compared_is_an_error_and_not_a_pass():
    (verdict,) = judge(deals(value=[1.0, 2.0]), [Rule("r", "value", "between", "", low=0, high=1)])
    assert len(verdict.breaking) == 1
    info = {"metric": {"raised_exception": True, "exception_message": "can't compare\nmore"}}
    assert _exception(info) == "Great Expectations failed: can't compare"


def test_when_great_expectations_disagrees_it_is_an_error(monkeypatch):
    monkeypatch.setattr("expectations.runner._ask", lambda frame, rules: {"done": (True, None)})
    (result,) = evaluate(deals(done=[True, False]), [TRUE])
    assert not result.passed
    assert result.error == "Great Expectations says that it holds, and 1 rows break it"


def test_two_rules_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same rule_id"):
        evaluate(deals(done=[True]), [TRUE, TRUE])


def test_samples_are_few_and_in_order():
    frame = pd.DataFrame({"deal_key": [f"a:{i:03}" for i in reversed(range(100))], "done": np.zeros(100, dtype=bool)})
    (result,) = evaluate(frame, [TRUE])
    assert result.count == 100
    assert result.sample == [f"a:{i:03}" for i in range(20)]


def test_great_expectations_is_imported_only_when_something_is_checked():
    code = "import sys, expectations.runner, expectations.gate, expectations.compliance, expectations.audit;"
    code += "print('great_expectations' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
