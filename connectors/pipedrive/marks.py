"""What a deal's own record tells about what else must be asked of it, as a few bits beside its id.

Here belongs reading those signs. Asking is history.py's and details.py's; remembering is met.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from connectors.pipedrive.api import Object
from connectors.pipedrive.options import PipedriveOptions
from connectors.pipedrive.records import number

ASKED = 1
"""Its changelog is needed for a verdict."""
UNMOVED = 2
"""It claims never to have moved. Where nothing else speaks for asking, a few are asked, to see whether that is true."""
PARTICIPANTS = 4
MAILS = 8
PRODUCTS = 16
BITS = 5


@dataclass
class Marker:
    """Gives each live deal its marks. `first_stages` is called once, when the first deal comes."""

    options: PipedriveOptions
    first_stages: Callable[[], frozenset[int]]

    def packed(self, deal: Object) -> int | None:
        """The deal's id with its marks in the low bits; None for a deleted one, of which nothing more is asked."""
        if deal.get("is_deleted") is True or deal.get("status") == "deleted":
            return None
        return number(deal) << BITS | self._marks(deal)

    def _marks(self, deal: Object) -> int:
        asked = self._is_asked(deal)
        marks = (ASKED if asked else 0) | (0 if deal.get("stage_change_time") else UNMOVED)
        if _count(deal, "products_count"):
            marks |= PRODUCTS
        # A deal that has not left its first stage owes nothing yet, so when its people and mails came is not asked.
        if asked and _count(deal, "participants_count") > 1:
            marks |= PARTICIPANTS
        # Of a single message the deal's own record tells when it came or went.
        if asked and _count(deal, "email_messages_count") > 1 and deal.get("last_incoming_mail_time"):
            marks |= MAILS
        return marks

    def _is_asked(self, deal: Object) -> bool:
        if self.options.history == "all" or deal.get("stage_change_time") or deal.get("status") != "open":
            return True
        changed = deal.get("update_time") != deal.get("add_time")
        stage = deal.get("stage_id")
        is_first = isinstance(stage, int) and stage in self._first
        return changed and (self.options.history == "changed" or not is_first)

    @cached_property
    def _first(self) -> frozenset[int]:
        return self.first_stages()


def _count(deal: Object, name: str) -> int:
    value = deal.get(name)
    return value if isinstance(value, int) else 0
