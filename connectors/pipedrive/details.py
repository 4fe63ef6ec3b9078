"""What else belongs to a deal: products, people, messages; asked where the deal's record says that there are any.

Here belong these readings, one record a deal. Changelogs are history.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from connectors.contract import Page, Record
from connectors.http.ahead import Workers, in_order
from connectors.pipedrive import costs
from connectors.pipedrive.api import IDS_AT_ONCE, Object, PipedriveApi
from connectors.pipedrive.dialect import Gone
from connectors.pipedrive.marks import ASKED, MAILS, PARTICIPANTS, PRODUCTS
from connectors.pipedrive.met import MetDeals
from connectors.pipedrive.records import mails_record, participants_record, products_record

Ask = Callable[[PipedriveApi, Sequence[int]], list[Record]]


@dataclass(frozen=True, slots=True)
class Detail:
    """One kind of detail: the mark of deals that have some, and how many of them one question may name.

    Of deals without the mark `needs` nothing is ever asked.
    """

    mark: int
    at_once: int
    ask: Ask
    needs: int = 0


@dataclass(slots=True)
class DetailReader:
    """Reads one kind of detail, by rising id of the deal."""

    api: PipedriveApi
    workers: Workers
    threads: int
    detail: Detail
    met: MetDeals

    def pages(self, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """Pages from `position` on. That a deal has none is told only to who may remember some from before."""
        above = int(position.get("above", 0))
        emptied: list[Record] = []

        def having() -> Iterator[int]:
            for deal, marks in self.met.above(above, synced_to):
                if marks & self.detail.mark:
                    yield deal
                elif synced_to is not None and marks & self.detail.needs == self.detail.needs:
                    emptied.append(_EMPTY[self.detail.mark](deal, ()))

        last = above
        for chunk, records in self._answers(having()):
            last = chunk[-1]
            yield Page(records, {"above": last})
        yield Page(emptied, {"above": last}, last=True)

    def read(self, deals: Sequence[int]) -> Iterator[Page]:
        """Read these deals' details again."""
        for chunk, records in self._answers(iter(deals)):
            yield Page(records, {"above": chunk[-1]})

    def _answers(self, deals: Iterator[int]) -> Iterator[tuple[list[int], list[Record]]]:
        chunks: list[list[int]] = []

        def jobs() -> Iterator[Callable[[], list[Record]]]:
            while chunk := list(islice(deals, self.detail.at_once)):
                chunks.append(chunk)
                yield partial(self.detail.ask, self.api, chunk)

        for records in in_order(self.workers, jobs(), self.threads):
            yield chunks.pop(0), records


def _products(api: PipedriveApi, deals: Sequence[int]) -> list[Record]:
    found: dict[int, list[Object]] = {deal: [] for deal in deals}
    for product in api.whole(costs.PRODUCTS, {"deal_ids": ",".join(map(str, deals))}):
        deal = product.get("deal_id")
        if not isinstance(deal, int) or deal not in found:
            raise api.bad(costs.PRODUCTS, f"gave a product of the deal {deal!r}, which was not asked for")
        found[deal].append(product)
    return [products_record(deal, products) for deal, products in found.items()]


def _participants(api: PipedriveApi, deals: Sequence[int]) -> list[Record]:
    try:
        return [participants_record(deal, api.whole(costs.PARTICIPANTS, deal=deal)) for deal in deals]
    except Gone:
        return []


def _mails(api: PipedriveApi, deals: Sequence[int]) -> list[Record]:
    try:
        return [mails_record(deal, api.mails(deal)) for deal in deals]
    except Gone:
        return []


_EMPTY: Mapping[int, Callable[[int, Sequence[Object]], Record]] = {
    PRODUCTS: products_record,
    PARTICIPANTS: participants_record,
    MAILS: mails_record,
}
DETAILS: Mapping[str, Detail] = {
    "deal_products": Detail(PRODUCTS, IDS_AT_ONCE, _products),
    "deal_participants": Detail(PARTICIPANTS, 1, _participants, needs=ASKED),
    "deal_mails": Detail(MAILS, 1, _mails, needs=ASKED),
}
"""By stream."""
