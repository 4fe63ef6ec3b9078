"""What Dagster shows of a step's check: count, rate, sample and links; no rate where nobody owed it."""

from __future__ import annotations

from expectations.rules import CheckResult
from orchestration.assets.quality import step_metadata


def test_a_broken_step_shows_how_many_who_and_where() -> None:
    result = CheckResult(
        "called", None, passed=False, severity="warn", count=2, sample=["a:1", "a:2"], message="Called: 2 of 8",
        rates=(0.75, 0.875), links={"a:1": "https://crm/1"},
    )  # fmt: skip
    told = {name: value.value for name, value in step_metadata(result).items()}
    assert told["count"] == 2
    assert told["sample"] == ["a:1", "a:2"]
    assert (told["rate_low"], told["rate_high"]) == (0.75, 0.875)
    assert told["rate"] == "between 75.0% and 87.5% of those who owed it have it in time"
    assert told["in_the_crm"] == "- [a:1](<https://crm/1>)"
    assert "step_key = 'called'" in told["deals"]


def test_a_step_that_nobody_owed_has_no_rate() -> None:
    told = step_metadata(CheckResult("called", None, passed=True, severity="warn", message="no deal owed it yet"))
    assert told.keys() == {"deals"}
