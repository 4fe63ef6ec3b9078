"""How a simulated portal misbehaves in HubSpot's own ways, and how strictly it counts requests.

Only the settings; `app`, `limits` and `index` act on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from connectors.sandbox.faults import Faults


@dataclass(slots=True)
class Knobs(Faults):
    """Everything is off by default: a quick, faultless portal without limits. `every` counts the portal's requests."""

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
