"""A small process.yml that is right, and what is said of one that isn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.configfile import ConfigProblems
from expectations.process import load_process

GOOD = """\
stages:
  - key: first
    name: First
    probability: 0.2
    steps:
      - key: called
        name: Called
        mandatory: true
        evidence: {activity: call}
      - key: met
        name: Met
        mandatory: false
        after: called
        evidence: {activity: meeting}
  - key: second
    name: Second
    probability: 0.6
    steps:
      - key: offered
        name: Offered
        mandatory: true
        evidence: {document: quote}
on_loss:
  - key: reason
    name: Reason
    mandatory: true
    within: 2 days
    evidence: {field: lost_reason}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "process.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigProblems) as caught:
        load_process(path)
    return [str(problem) for problem in caught.value.problems]
