"""Turns rows of the envelope into Arrow columns, byte by byte.

`pyarrow.array` would do it from lists, but it imports pandas for that, which costs a sync a second or two at its start
and 50 MB. Which columns there are is `lake_table.py`'s knowledge.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import numpy as np
import pyarrow as pa

MOMENT = pa.timestamp("us", "UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def strings(texts: Sequence[str]) -> pa.Array:
    """Texts, all of them there; at most 2 GB in one column."""
    encoded = [text.encode() for text in texts]
    offsets = array("i", accumulate(map(len, encoded), initial=0))
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)))


def integers(numbers: Sequence[int]) -> pa.Array:
    """Whole numbers of 64 bits, all of them there."""
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(array("q", numbers))])


def flags(values: Sequence[bool]) -> pa.Array:
    """Truth values, all of them there."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def moments(times: Sequence[datetime | None]) -> pa.Array:
    """Aware times as microseconds of UTC; None is null."""
    known = [time is not None for time in times]
    numbers = array("q", (0 if time is None else (time - _EPOCH) // _MICROSECOND for time in times))
    validity = None if all(known) else _bits(known)
    return pa.Array.from_buffers(MOMENT, len(times), [validity, pa.py_buffer(numbers)])


def _bits(values: Sequence[bool]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(np.fromiter(values, dtype=np.bool_, count=len(values)), bitorder="little"))
