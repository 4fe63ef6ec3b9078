"""Whether a list gets on: a cursor that comes twice, or rows that come again under another cursor, would never end.

Here belongs noticing. Fetching pages, and what a page without progress means for the stream, is each CRM's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from connectors.contract import BadAnswer


class Onward:
    """Watches the pages of one list, 16 bytes each and their cursors; for a single walk."""

    def __init__(self, bad: Callable[[str], BadAnswer], begin: str | None = None) -> None:
        self._bad = bad
        self._cursors = {begin}
        self._pages: set[int] = set()

    def check(self, following: str | None, rows: Iterable[Hashable]) -> None:
        """Raise BadAnswer unless the page gets on. `rows` tell it from others; they are looked at where there are more
        pages than this one. A page of one row proves nothing: that row may have changed meanwhile.
        """
        if following is None and not self._pages:
            return
        if following is not None and following in self._cursors:
            raise self._bad(f"repeats the page after {following!r}, so it would never end")
        self._cursors.add(following)
        told = tuple(rows)
        if len(told) > 1 and hash(told) in self._pages:
            raise self._bad(f"gives {len(told)} rows once more under another cursor, so it would never end")
        self._pages.add(hash(told))
