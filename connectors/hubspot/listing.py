"""Listing all objects of a kind, with the coming pages under way before their turn.

HubSpot names each page only in the one before, so that a plain walk waits for the network page after page. Here belongs
guessing the cursors in between. What the pages are read for is reader.py's.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from connectors.http.ahead import Workers, chained
from connectors.http.paging import Onward
from connectors.hubspot.api import Answered, HubSpotApi
from connectors.hubspot.catalogue import ObjectKind
from connectors.hubspot.search import ids_above

GUESS_FROM_PAGE = 4
"""A list that ends before is read as quickly without guesses."""
GUESS_FROM_WAIT = 0.05
"""Seconds that the first pages were waited for on average; where answers are quicker, guesses would only cost calls."""
MOST_MISSES = 3
"""After so many wrong guesses in a row the account's cursors are plainly something else."""


def live_ids(api: HubSpotApi, workers: Workers, kind: str) -> Iterator[str]:
    """Ids of all live objects of a kind."""
    onward = Onward(partial(api.bad, f"/crm/v3/objects/{kind}"))
    for page in chained(workers, partial(api.list_ids, kind), lambda page: page.after, None):
        onward.check(page.after, page.keys())
        yield from (thing["id"] for thing in page.objects)


@dataclass(slots=True)
class Listing:
    """One walk over the live (or the archived) objects of a kind; for a single use.

    A cursor has always been the id of a page's last object. Nothing rests on that: a page that was asked for early is
    used only when the page before then names the very cursor that it was asked with, and is thrown away otherwise. What
    is read is, answer by answer, what following the cursors reads.
    """

    api: HubSpotApi
    kind: ObjectKind
    workers: Workers
    archived: bool
    ahead: int
    """So many pages are under way besides the one that is waited for; archived objects can't be guessed."""
    guess_from_wait: float = GUESS_FROM_WAIT
    _early: deque[tuple[str, Future[Answered]]] = field(default_factory=deque)
    _cursors: Iterator[str] | None = None
    _misses: int = 0

    def pages(self, after: str | None) -> Iterator[Answered]:
        """All pages after a cursor (None: from the beginning). Raises BadAnswer for a page that repeats a cursor."""
        onward = Onward(partial(self.api.bad, f"/crm/v3/objects/{self.kind.name}"), after)
        waiting: Future[Answered] | None = self._ask(after)
        number, waited, guess = 0, 0.0, False
        try:
            while waiting is not None:
                began = time.monotonic()
                page = waiting.result()
                number, waited = number + 1, waited + time.monotonic() - began
                if number == GUESS_FROM_PAGE:
                    guess = not self.archived and waited / number >= self.guess_from_wait
                onward.check(page.after, page.keys())
                waiting = None if page.after is None else self._following(page.after, guess=guess)
                yield page
        finally:
            if waiting is not None:
                waiting.cancel()
            self._forget()

    def _ask(self, after: str | None) -> Future[Answered]:
        return self.workers.submit(partial(self.api.list_objects, self.kind, after, archived=self.archived))

    def _following(self, after: str, *, guess: bool) -> Future[Answered]:
        """The page after a cursor: asked for early, or now."""
        if self._early and self._early[0][0] == after:
            self._misses = 0
            _, page = self._early.popleft()
        else:
            self._misses += bool(self._early)
            self._forget()
            page = self._ask(after)
        if guess and self._misses < MOST_MISSES:
            self._cursors = self._cursors or self._guesses(after)
            while len(self._early) < self.ahead and (cursor := next(self._cursors, None)) is not None:
                self._early.append((cursor, self._ask(cursor)))
        return page

    def _guesses(self, after: str) -> Iterator[str]:
        """The cursors that the pages after this one will name, if these are ids and the search knows all objects."""
        ids: list[str] = []
        search = partial(ids_above, self.api, self.kind.name)
        if not after.isdigit():
            return
        for found in chained(self.workers, search, lambda found: found.last if found.more else None, after):
            ids += found.ids
            while len(ids) > self.kind.page_size:
                yield ids[self.kind.page_size - 1]
                del ids[: self.kind.page_size]

    def _forget(self) -> None:
        for _, page in self._early:
            page.cancel()
        self._early.clear()
        self._cursors = None
