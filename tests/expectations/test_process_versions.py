"""Versions of a process in one file, and spans of grace as they may be written."""

from __future__ import annotations

import pytest

from expectations.process import load_process
from tests.expectations.process_files import GOOD, problems


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def versions(*dated: tuple[str, str]) -> str:
    return "versions:\n" + "".join(f"  - in_force_from: {day}\n{indented(text)}" for day, text in dated)


def test_versions_of_one_day_contradict_each_other(tmp_path):
    (found,) = problems(tmp_path, versions(("2026-01-01", GOOD), ("2026-01-01", GOOD)))
    assert found == (
        "process.yml:31: versions[2].in_force_from: versions 1 and 2 are both in force from 2026-01-01; "
        "give each version another date; at most one may have none, the oldest"
    )


def test_a_step_keeps_its_stage_over_versions(tmp_path):
    moved = GOOD.replace("key: offered", "key: x").replace("key: called", "key: y").replace("key: x", "key: called")
    moved = moved.replace("after: called", "after: y")
    (found,) = problems(tmp_path, versions(("2026-01-01", GOOD), ("2026-06-01", moved)))
    assert found == (
        "process.yml:50: versions[2].stages[2].steps[1].key: the step 'called' is in 'first' in version 1 and in "
        "'second' in version 2; give it another key here, or put it back into 'first'"
    )


def test_stages_beside_versions_belong_to_none(tmp_path):
    (found,) = problems(tmp_path, versions(("2026-01-01", GOOD)) + "on_loss: []\n")
    assert found.startswith("process.yml:31: on_loss: 'on_loss' stands beside 'versions'")


def test_a_file_without_stages_says_so(tmp_path):
    no_stages = ["process.yml:1: there are no stages; add `stages:` with at least one stage (see `plumbline init`)"]
    assert problems(tmp_path, "defaults: {grace: 1 day}\n") == no_stages
    assert problems(tmp_path, "stages:\n") == no_stages


def test_versions_are_numbered_from_the_oldest(tmp_path):
    path = tmp_path / "process.yml"
    newer = GOOD.replace("Called", "Called twice")
    path.write_text(versions(("2026-06-01", newer), ("2026-01-01", GOOD)), encoding="utf-8")
    process = load_process(path)
    assert [numbered.number for numbered in process.versions] == [1, 2]
    assert process.versions[1].version.stages[0].steps[0].name == "Called twice"


@pytest.mark.parametrize("written", ["1", "soon", "{working_days: 0}", "{days: 2}", "{working_days: 1, seconds: 5}"])
def test_a_grace_that_is_neither_is_refused(tmp_path, written):
    (found,) = problems(tmp_path, f"defaults: {{grace: {written}}}\n{GOOD}")
    assert found.startswith("process.yml:1: defaults.grace")
    assert "write `{working_days: 1}`, or a span such as `60 seconds` or `2 days`" in found
