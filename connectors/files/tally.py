"""Counts distinct live rows of an object and finds an id that two rows of a file claim, in 16 bytes for each row.

Texts are known by Python's 64-bit hash, which holds within one process: a million rows share one by a chance of 3e-8.

Which rows there are is told by the reader; nothing here opens a file.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np

from connectors.contract import Record


class Tally:
    """What has been read of one object so far. Of two files that hold the same id the later one counts."""

    def __init__(self) -> None:
        self._ids: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        self._id, self._content = array("q"), array("q")
        self.rows = 0
        self.dead: set[str] = set()

    def add(self, record: Record) -> None:
        """Take note of one row."""
        self.rows += 1
        self._id.append(hash(record.id))
        self._content.append(hash(record.payload))
        if record.is_deleted:
            self.dead.add(record.id)
        elif self.dead:
            self.dead.discard(record.id)

    def end_of_file(self) -> set[int]:
        """Close the present file; returns the hashes of ids that rows of different content claim in it."""
        ids, contents = np.array(self._id, dtype=np.int64), np.array(self._content, dtype=np.int64)
        order = np.lexsort((contents, ids))
        ids, contents = ids[order], contents[order]
        disputed = ids[1:][(ids[1:] == ids[:-1]) & (contents[1:] != contents[:-1])]
        self._ids.append(np.unique(ids))
        self._id, self._content = array("q"), array("q")
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
        if hash(record.id) in disputed:
            lines.setdefault(record.id, []).append(line)
    return next((name, found) for name, found in lines.items() if len(found) > 1)
