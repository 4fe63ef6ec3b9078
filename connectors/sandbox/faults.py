"""How every simulated CRM can misbehave on the wire; each CRM's own knobs build on these. Changeable while it runs.

Only the settings; `serving` acts on them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self


@dataclass(slots=True)
class Faults:
    """Everything is off by default. `every` counts the account's requests: 3 strikes every third."""

    latency_seconds: float = 0.0
    too_many_every: int = 0
    server_error_every: int = 0
    reset_every: int = 0
    truncate_every: int = 0
    html_every: int = 0
    hang_every: int = 0
    hang_seconds: float = 60.0
    odd_every: int = 0
    """About each n-th value of every answer is nonsense (a value, not a request)..."""
    odd_seed: int = 0
    odd_keep: tuple[str, ...] = ()
    """...but for what stands under these keys."""
    only_path: str = ""
    """Faults and missing rows strike only paths that contain this text, or requests of several of which one does."""

    def changed(self, changes: dict[str, Any]) -> Self:
        """A copy with some knobs turned; unknown names are refused."""
        known = {item.name for item in fields(self)}
        strange = sorted(set(changes) - known)
        if strange:
            raise ValueError(f"unknown knob {', '.join(strange)}; there are {', '.join(sorted(known))}")
        lists = {name: tuple(value) for name, value in changes.items() if isinstance(value, list)}
        return replace(self, **{**changes, **lists})


def strikes(every: int, number: int) -> bool:
    """Whether a fault that strikes every so many requests strikes this one."""
    return bool(every) and number % every == 0
