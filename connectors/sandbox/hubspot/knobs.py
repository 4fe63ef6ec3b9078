"""How a simulated portal misbehaves, and how strictly it counts requests. Changeable while it runs.

Only the settings; `app` and `server` act on them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self


@dataclass(slots=True)
class Knobs:
    """Everything is off by default: a quick, faultless portal without limits. `every` counts the portal's requests."""

    latency_seconds: float = 0.0
    too_many_every: int = 0
    server_error_every: int = 0
    reset_every: int = 0
    truncate_every: int = 0
    html_every: int = 0
    hang_every: int = 0
    hang_seconds: float = 60.0
    only_path: str = ""
    """Faults and missing rows strike only paths that contain this text."""

    unauthorized: bool = False
    empty: bool = False
    missing_scopes: tuple[str, ...] = ()
    """Objects that may not be read, e.g. ("quotes", "emails")."""

    rate_headers: bool = True
    per_ten_seconds: int = 0
    searches_per_second: int = 0
    per_day: int = 0
    retry_after_seconds: int = 0

    search_lag_seconds: float = 0.0
    """How long search does not know of an edit."""

    late_every: int = 0
    late_seconds: float = 0.0
    """Each n-th object appears only this long after the sandbox was started, with its old stamp."""

    repeat_cursor: bool = False
    """Lists answer with the cursor that they were asked with (a loop for the careless)."""

    @classmethod
    def faithful(cls) -> Self:
        """The limits of a private app in a Professional portal."""
        return cls(per_ten_seconds=190, searches_per_second=5, per_day=625_000)

    def changed(self, changes: dict[str, Any]) -> Self:
        """A copy with some knobs turned; unknown names are refused."""
        known = {item.name for item in fields(self)}
        strange = sorted(set(changes) - known)
        if strange:
            raise ValueError(f"unknown knob {', '.join(strange)}; there are {', '.join(sorted(known))}")
        if "missing_scopes" in changes:
            changes = {**changes, "missing_scopes": tuple(changes["missing_scopes"])}
        return replace(self, **changes)
