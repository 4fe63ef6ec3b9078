"""A CRM in memory behind the connector contract, with knobs for what goes wrong, and helpers to read a lake plainly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from connectors.contract import CrmPipeline, HistoryCheck, MissingScopeError, Page, Record, Stream, StreamPlan, Traffic
from connectors.lake import Lake, LakeRow

START = datetime(2026, 3, 1, tzinfo=UTC)


class Killed(BaseException):
    """The process dies here: nothing may catch it."""


class FakeClock:
    """Moves on by `step` at every look."""

    def __init__(self, now: datetime = START, step: timedelta = timedelta(milliseconds=1)) -> None:
        self.now, self.step = now, step
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self.now += self.step
            return self.now

    def forward(self, **kwargs: float) -> None:
        with self._lock:
            self.now += timedelta(**kwargs)


@dataclass
class Item:
    value: dict[str, Any]
    modified_at: datetime = START - timedelta(days=1)


@dataclass
class FakeCrm:
    """`objects[stream][id]` is what the CRM holds now. Deleting a key there leaves no trace."""

    objects: dict[str, dict[str, Item]]
    connection: str = "acme"
    crm: str = "fake"
    page_size: int = 10
    essential: tuple[str, ...] = ("deals",)
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int | None] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    can_sweep: bool = True
    fail: Any = None  # called with (stream, page number) before a page is given
    traffic: Traffic = field(default_factory=Traffic)
    asked: list[tuple[str, Mapping[str, Any], datetime | None]] = field(default_factory=list)
    reread: list[str] = field(default_factory=list)
    swept: list[str] = field(default_factory=list)
    check: HistoryCheck | None = None
    reread_history: list[str] = field(default_factory=list)

    def streams(self) -> Sequence[Stream]:
        return [
            Stream(
                name,
                self.tables.get(name, f"{self.crm}/{name}"),
                essential=name in self.essential,
                covers=(name,),
                fields=self.fields.get(name, ("a",)),
            )
            for name in self.objects
        ]

    def pages(self, stream: Stream, *, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        self.asked.append((stream.name, dict(position), synced_to))
        if stream.name in self.unreadable:
            raise MissingScopeError(f"the token lacks the right to read {stream.name}")
        held = self.objects[stream.name]
        ids = sorted(i for i, item in held.items() if synced_to is None or item.modified_at >= synced_to)
        ids = [i for i in ids if i > position.get("after", "")]
        chunks = [ids[n : n + self.page_size] for n in range(0, len(ids), self.page_size)] or [[]]
        for number, chunk in enumerate(chunks):
            if self.fail is not None:
                self.fail(stream.name, number)
            self.traffic.requests += 1
            self.traffic.bytes += 100
            after = chunk[-1] if chunk else position.get("after", "")
            yield Page([record(i, held[i]) for i in chunk], {"after": after}, last=number == len(chunks) - 1)

    def count(self, stream: Stream) -> int | None:
        return self.counts.get(stream.name, len(self.objects[stream.name]))

    def sweep(self, stream: Stream) -> Iterator[str] | None:
        self.swept.append(stream.name)
        return iter(list(self.objects[stream.name])) if self.can_sweep else None

    def read(self, stream: Stream, ids: Sequence[str]) -> Iterator[Page]:
        self.reread.extend(ids)
        held = self.objects[stream.name]
        yield Page([record(i, held[i]) for i in ids if i in held], {}, last=True)

    def history_check(self) -> HistoryCheck | None:
        return self.check

    def read_history(self, deal_ids: Sequence[str]) -> Iterator[Page]:
        self.reread_history.extend(deal_ids)
        held = self.objects.get("history", {})
        yield Page([record(i, item) for i, item in held.items() if item.value["deal"] in deal_ids], {}, last=True)

    def plan(self) -> list[StreamPlan]:
        return []

    def pipelines(self) -> list[CrmPipeline]:
        return []

    def absent_fields(self, stream: Stream) -> Sequence[str]:
        return ()

    def notes(self, stream: Stream) -> list[str]:
        return []

    def probe(self) -> list[str]:
        return []

    def close(self) -> None:
        pass


def record(key: str, item: Item) -> Record:
    return Record(key, json.dumps(item.value), item.modified_at)


def deals(count: int, start: int = 0) -> dict[str, Item]:
    return {f"d{n:06d}": Item({"name": f"deal {n}"}) for n in range(start, start + count)}


def row(seq: int, key: str = "1", **changes: Any) -> LakeRow:
    values: dict[str, Any] = {
        "connection": "acme",
        "kind": "record",
        "id": key,
        "modified_at": START,
        "is_deleted": False,
        "extracted_at": START,
        "seq": seq,
        "payload": "{}",
    }
    return LakeRow(**{**values, **changes})


def plain_rows(lake: Lake, table: str, connection: str = "acme") -> list[dict[str, Any]]:
    """All rows by the Delta library alone, in order of seq."""
    if not (lake.root / table).exists():
        return []
    rows = DeltaTable(lake.root / table).to_pyarrow_table().to_pylist()
    return sorted((r for r in rows if r["connection"] == connection), key=lambda r: r["seq"])


def plain_state(lake: Lake, table: str, connection: str = "acme", upto: int | None = None) -> dict[str, Any]:
    """Live records by id, deduplicated here in plain Python."""
    latest: dict[str, dict[str, Any]] = {}
    oldest = datetime.min.replace(tzinfo=UTC)

    def order(r: dict[str, Any]) -> tuple[datetime, datetime, int]:
        return (r["modified_at"] or oldest, r["extracted_at"], r["seq"])

    for r in plain_rows(lake, table, connection):
        if r["kind"] != "record" or (upto is not None and r["seq"] > upto):
            continue
        if r["id"] not in latest or order(latest[r["id"]]) < order(r):
            latest[r["id"]] = r
    return {i: json.loads(r["payload"]) for i, r in latest.items() if not r["is_deleted"]}


def truth(crm: FakeCrm, stream: str) -> dict[str, Any]:
    return {i: item.value for i, item in crm.objects[stream].items()}


def all_bytes(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
