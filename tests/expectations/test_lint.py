"""Warnings of an onerous or vague process; the default process has none."""

from __future__ import annotations

from pathlib import Path

from expectations.lint import lint_process
from expectations.process import Process, load_process


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
