"""Reading changelogs: only of deals whose own record says that there is something to tell, and of a few that deny it.

Here belongs whose changelog is asked for, in which order. What an answer means is changelog.py's.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from connectors.contract import Page
from connectors.http.ahead import Workers, in_order
from connectors.pipedrive import costs
from connectors.pipedrive.api import Object, PipedriveApi
from connectors.pipedrive.changelog import changelog_records, tells_a_move
from connectors.pipedrive.dialect import Gone
from connectors.pipedrive.marks import ASKED, UNMOVED
from connectors.pipedrive.met import MetDeals
from connectors.pipedrive.notes import Notes
from connectors.pipedrive.options import PipedriveOptions

STREAM = "deal_changes"
Told = tuple[int, int, list[Object] | None]
"""A deal, its marks, and its changelog; None: the deal is gone."""


@dataclass(slots=True)
class HistoryReader:
    """Reads the changelogs of one account, by rising id of the deal: a position is the last deal that was read."""

    api: PipedriveApi
    workers: Workers
    options: PipedriveOptions
    fields: Collection[str]
    met: MetDeals
    notes: Notes

    def pages(self, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """Pages from `position` on, one a deal. With "upto" all deals are asked, since that one denied its moves."""
        upto = position.get("upto")
        above = int(position.get("above", 0))
        at = {} if upto is None else {"upto": upto}
        asked = self._asked(above, synced_to, upto)
        for deal, marks, entries in asked:
            above = deal
            if entries is None:
                yield Page([], {"above": above, **at})
                continue
            denied = upto is None and marks & UNMOVED and tells_a_move(entries)
            if not denied:
                yield Page(changelog_records(deal, entries, self.fields), {"above": above, **at})
                continue
            self.notes.add(
                STREAM,
                f"deal {deal} says that it never changed its stage, and its changelog says otherwise; so the "
                "changelogs of all deals of this pass were read. Set `history: all` in options to have it so always",
            )
            yield Page(changelog_records(deal, entries, self.fields), {"above": 0, "upto": deal})
            asked.close()
            yield from self.pages({"above": 0, "upto": deal}, synced_to)
            return
        yield Page([], {"above": above, **at}, last=True)

    def read(self, deals: Sequence[int]) -> Iterator[Page]:
        """Read the changelogs of these deals again."""
        for deal, _, entries in self._answers((deal, ASKED) for deal in deals):
            if entries is not None:
                yield Page(changelog_records(deal, entries, self.fields), {"above": deal})

    def _asked(self, above: int, synced_to: datetime | None, upto: int | None) -> Generator[Told, None, None]:
        def wanted(deal: int, marks: int) -> bool:
            if upto is not None:
                return deal > upto or not marks & ASKED  # the others up to there were read before
            return bool(marks & ASKED) or self._is_sampled(deal, synced_to)

        met = self.met.above(above, synced_to)
        return self._answers((deal, marks) for deal, marks in met if wanted(deal, marks))

    def _answers(self, deals: Iterator[tuple[int, int]]) -> Generator[Told, None, None]:
        waiting: list[tuple[int, int]] = []

        def jobs() -> Iterator[Callable[[], list[Object] | None]]:
            for deal, marks in deals:
                waiting.append((deal, marks))
                yield partial(self._ask, deal)

        for entries in in_order(self.workers, jobs(), self.options.threads):
            deal, marks = waiting.pop(0)
            yield deal, marks, entries

    def _ask(self, deal: int) -> list[Object] | None:
        try:
            return self.api.whole(costs.CHANGELOG, deal=deal)
        except Gone:
            return None  # deleted since it was listed; the next pass hears of it

    def _is_sampled(self, deal: int, synced_to: datetime | None) -> bool:
        # Other deals each night, and the same ones when a pass is continued.
        place = zlib.crc32(f"{deal}:{synced_to and synced_to.isoformat()}".encode()) / 2**32
        return place < self.options.guard_share
