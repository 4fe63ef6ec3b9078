"""Reads ahead from a connector in a thread of its own, and gives up at the time limit even if the connector hangs.

Only waiting and deadlines live here: what is read is the caller's. Reading ahead lets the CRM answer while the last
batch is written; one item waits at most, so memory stays flat.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from connectors.contract import Clock, TimeLimit

T = TypeVar("T")

_AHEAD = 1
_LOOK_AGAIN_SECONDS = 0.2  # how often a waiting side looks at the clock, or whether the other side is still there


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a connection's `max_minutes` are used up: by the given clock or, where that stands still, in truth."""

    connection: str
    clock: Clock
    started: datetime
    max_minutes: float
    began: float = field(default_factory=time.monotonic)

    def seconds_left(self) -> float:
        """Never negative."""
        passed = max((self.clock() - self.started).total_seconds(), time.monotonic() - self.began)
        return max(0.0, self.max_minutes * 60 - passed)

    def check(self, doing: str) -> None:
        """Raise TimeLimit when no time is left."""
        if self.seconds_left() <= 0:
            raise TimeLimit(
                f"{self.connection}: used up its {self.max_minutes:g} minutes while {doing}. What was read is kept and "
                "the next night goes on from there; raise max_minutes of the connection if this repeats."
            )


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = object()


def read_ahead(make: Callable[[], Iterator[T]], deadline: Deadline, doing: str) -> Iterator[T]:
    """Yield what `make()` yields, fetched in a thread. Its errors are raised here, in their place.

    A connector that never returns is left behind in its (daemon) thread when the deadline comes.
    """
    waiting: queue.Queue[object] = queue.Queue(maxsize=_AHEAD)
    stop = threading.Event()
    name = f"{deadline.connection}: {doing}"
    threading.Thread(target=_produce, args=(make, waiting, stop), name=name, daemon=True).start()
    try:
        while True:
            item = _take(waiting, deadline, doing)
            if item is _END:
                return
            if isinstance(item, _Failed):
                raise item.error
            yield item  # type: ignore[misc]
    finally:
        stop.set()


def call(function: Callable[[], T], deadline: Deadline, doing: str) -> T:
    """One call under the same deadline."""
    return next(read_ahead(lambda: iter([function()]), deadline, doing))


def _take(waiting: queue.Queue[object], deadline: Deadline, doing: str) -> object:
    while True:
        try:
            return waiting.get(timeout=min(_LOOK_AGAIN_SECONDS, max(0.001, deadline.seconds_left())))
        except queue.Empty:
            deadline.check(doing)


def _produce(make: Callable[[], Iterator[T]], waiting: queue.Queue[object], stop: threading.Event) -> None:
    try:
        items = make()
        for item in items:
            if not _put(waiting, stop, item):
                break
        if stop.is_set() and hasattr(items, "close"):
            items.close()  # let a generator release what it holds, in the thread that ran it
        _put(waiting, stop, _END)
    except BaseException as error:  # noqa: BLE001 (raised again by the reader, whatever it is)
        _put(waiting, stop, _Failed(error))


def _put(waiting: queue.Queue[object], stop: threading.Event, item: object) -> bool:
    while not stop.is_set():
        try:
            waiting.put(item, timeout=_LOOK_AGAIN_SECONDS)
        except queue.Full:
            continue
        return True
    return False
