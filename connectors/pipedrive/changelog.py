"""One deal's changelog as records: the fields that matter, with ids that stay, and a word that it was read.

Here belongs what an answer means. Whose changelog is asked for is history.py's.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson

from connectors.contract import Record
from connectors.pipedrive.api import Object
from connectors.pipedrive.records import moment

_KEPT = ("field_key", "old_value", "new_value", "actor_user_id", "time", "change_source")
"""The browser of whoever made the change is left where it is."""


def changelog_records(deal: int, entries: Sequence[Object], fields: Collection[str]) -> list[Record]:
    """Records of a deal's whole changelog. `place` counts all entries from the oldest, so newer ones don't move it."""
    records: list[Record] = []
    twins: Counter[str] = Counter()
    for place, entry in enumerate(_oldest_first(entries), 1):
        if entry.get("field_key") not in fields:
            continue
        kept = {"deal_id": deal, "place": place, **{name: entry.get(name) for name in _KEPT}}
        digest = _digest(deal, entry)
        twins[digest] += 1
        identity = f"{deal}:{digest}:{twins[digest]}"
        records.append(Record(identity, orjson.dumps(kept).decode(), moment(entry.get("time"))))
    # Staging dates what a deal began with by this: only where the changelog is known whole.
    read = {"deal_id": deal, "place": 0, "field_key": None, "entries": len(entries)}
    records.append(Record(f"{deal}:read", orjson.dumps(read).decode()))
    return records


def tells_a_move(entries: Sequence[Object]) -> bool:
    """Whether the deal changed its stage; the entry that some accounts write at creation has no old value."""
    return any(entry.get("field_key") == "stage_id" and entry.get("old_value") for entry in entries)


def _oldest_first(entries: Sequence[Object]) -> Iterator[Object]:
    """Pipedrive answers newest first; the times say so, except where all are equal."""
    first, last = (str(entries[place].get("time")) if entries else "" for place in (0, -1))
    return iter(entries) if first < last else reversed(entries)


def _digest(deal: int, entry: Object) -> str:
    said: list[Any] = [deal, *(entry.get(name) for name in ("field_key", "time", "old_value", "new_value"))]
    said.append(entry.get("actor_user_id"))
    return hashlib.blake2b(orjson.dumps(said), digest_size=8).hexdigest()
