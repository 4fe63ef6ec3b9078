"""How a simulated Pipedrive account misbehaves in Pipedrive's own ways, and how strictly it counts tokens.

Only the settings; `app`, `limits`, `company` and `pages` act on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from connectors.sandbox.faults import Faults


@dataclass(slots=True)
class Knobs(Faults):
    """Everything is off by default: a quick, faultless account without limits. `every` counts its requests."""

    unauthorized: bool = False
    empty: bool = False
    missing_rights: tuple[str, ...] = ()
    """What the token's user may not read, by the last word of the path, e.g. ("users", "activities")."""

    rate_headers: bool = True
    per_two_seconds: int = 0
    tokens_per_day: int = 0
    day: int = 0
    """Days that have passed besides those of the clock; each begins with a full budget."""

    blocked: bool = False
    """Cloudflare answers 403 with a page of HTML instead of Pipedrive."""
    block_after: int = 0
    """Cloudflare blocks the account after so many refused requests (429)."""

    late_every: int = 0
    late_seconds: float = 0.0
    """Each n-th deal appears only this long after the sandbox was started, with its old stamp."""

    archive_every: int = 9
    """Each n-th deal is archived once it is closed; archived deals have a list of their own. 0: none."""

    repeat_cursor: bool = False
    """Lists answer with the cursor that they were asked with (a loop for the careless)."""
    cursor_seconds: float = 0.0
    """How long a cursor may be used; 0: for ever."""

    stage_time_lies_every: int = 0
    """Each n-th deal says that it never changed its stage, whatever its changelog says."""

    @classmethod
    def faithful(cls) -> Self:
        """The limits of an account with a few seats."""
        return cls(per_two_seconds=80, tokens_per_day=150_000)
