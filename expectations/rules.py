"""The words in which a check over a table is said, and in which its result comes back.

Only these two shapes belong here; they are light to import. Rules are written in gate.py, compliance.py and audit.py;
runner.py judges them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["is_true", "not_null", "unique", "between"]
Severity = Literal["error", "warn"]
MOST_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold for every row of a frame.

    `is_true` and `not_null` fail on NULL. `unique` and `between` pass over NULL, so keys have `not_null` as well.
    """

    rule_id: str
    column: str
    kind: Kind
    message: str
    severity: Severity = "error"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a rule came out. `error` is set when it could not be judged at all: that is never a pass.

    `rates` are the lower and the upper bound of the share that keeps it, where somebody had to; `links` lead from
    deals of the sample to the CRM.
    """

    rule: str
    connection: str | None
    passed: bool
    severity: Severity
    count: int = 0
    sample: list[str] = field(default_factory=list)
    message: str = ""
    error: str | None = None
    rates: tuple[float, float] | None = None
    links: dict[str, str] = field(default_factory=dict)
