"""Counts distinct live rows of an object and finds an id that two rows of a file claim, in 16 bytes for each row.

Which rows there are is told by the reader; nothing here opens a file.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from hashlib import blake2b

import numpy as np

from connectors.contract import Record


class Tally:
    """What has been read of one object so far. Of two files that hold the same id the later one counts."""

    def __init__(self) -> None:
        self._ids: list[np.ndarray[tuple[int], np.dtype[np.uint64]]] = []
        self._id, self._content = array("Q"), array("Q")
        self.rows = 0
        self.dead: set[str] = set()

    def add(self, record: Record) -> None:
        """Take note of one row."""
        self.rows += 1
        self._id.append(_short(record.id))
        self._content.append(_short(record.payload))
        if record.is_deleted:
            self.dead.add(record.id)
        elif self.dead:
            self.dead.discard(record.id)

    def end_of_file(self) -> set[int]:
        """Close the present file; returns the short ids that rows of different content claim in it."""
        ids, contents = np.array(self._id, dtype=np.uint64), np.array(self._content, dtype=np.uint64)
        order = np.lexsort((contents, ids))
        ids, contents = ids[order], contents[order]
        disputed = ids[1:][(ids[1:] == ids[:-1]) & (contents[1:] != contents[:-1])]
        self._ids.append(np.unique(ids))
        self._id, self._content = array("Q"), array("Q")
        return set(disputed.tolist())

    def live(self) -> int:
        """Distinct ids whose last row isn't marked as deleted."""
        if not self._ids:
            return 0
        return len(np.unique(np.concatenate(self._ids))) - len(self.dead)


def claimed_twice(rows: Iterator[tuple[int, Record]], disputed: set[int]) -> tuple[str, list[int]]:
    """The first disputed id with the lines that claim it, from a second reading of the file."""
    lines: dict[str, list[int]] = {}
    for line, record in rows:
        if _short(record.id) in disputed:
            lines.setdefault(record.id, []).append(line)
    return next((name, found) for name, found in lines.items() if len(found) > 1)


def _short(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
