"""How a simulated Odoo misbehaves in its own ways, and which version it is.

Only the settings; `world`, `query` and `access` act on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from connectors.sandbox.faults import Faults

OLDEST: Final = 14
JSON2_SINCE: Final = 19


@dataclass(slots=True)
class Knobs(Faults):
    """Faults are off by default; short pages of messages are not, since every Odoo has them."""

    version: int = 17
    """14 to 19; from 19 on there is /json/2 beside /jsonrpc, and dates compare by whole seconds."""

    unauthorized: bool = False
    """The key has expired or was revoked."""

    salesperson_only: bool = False
    """The administrator's key is a salesperson's now: no tracking values."""

    empty: bool = False
    without_sale: bool = False
    """The sales app is not installed: there is no model sale.order."""

    missing_fields: tuple[str, ...] = ()
    """Fields that somebody removed, e.g. ("crm.lead.x_deal_type",)."""

    hidden_messages_every: int = 50
    """Each n-th lead has a message that nobody may read: it is left out after LIMIT, so that its page is short."""

    late_every: int = 0
    late_seconds: float = 0.0
    """Each n-th lead was written in a transaction that commits this long after the start, with its old stamps."""

    commit_seconds: float = 0.0
    """How long edits stay invisible; then they appear with the stamp of when they began."""

    @classmethod
    def faithful(cls) -> Self:
        """Odoo counts no requests, so the real one's limits are none."""
        return cls()
