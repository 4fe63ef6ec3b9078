"""Asking for the next page while this one is being worked on.

Here belong the threads that ask and the order of their answers. Rate limits hold for all of them together, in the
session.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

T = TypeVar("T")
K = TypeVar("K")


class Workers:
    """A few threads for requests. Unlike a ThreadPoolExecutor's they never keep the process from ending.

    A server that hangs would otherwise hold up the end of the night for as long as its time limit and retries last.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._threads, self._name = threads, name
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._lock = Lock()
        self._started = 0
        self._closed = False

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Have it done by the next free thread; threads begin when they are needed."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the connector is closed")
            if self._started < self._threads:
                self._started += 1
                Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True).start()
        self._jobs.put((future, job))
        return future

    def close(self) -> None:
        """Take no more jobs and let each thread end after the one it is at."""
        with self._lock:
            self._closed = True
            for _ in range(self._started):
                self._jobs.put(None)

    def _work(self) -> None:
        while (item := self._jobs.get()) is not None:
            future, job = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for the result
                future.set_exception(error)


def chained(
    workers: Workers, fetch: Callable[[K | None], T], following: Callable[[T], K | None], first: K | None
) -> Iterator[T]:
    """Pages of which each names the next: that one is under way while this one is used."""
    waiting: Future[T] | None = workers.submit(lambda: fetch(first))
    try:
        while waiting is not None:
            page = waiting.result()
            key = following(page)
            waiting = None if key is None else workers.submit(lambda key=key: fetch(key))  # type: ignore[misc]
            yield page
    finally:
        if waiting is not None:
            waiting.cancel()


def in_order(workers: Workers, jobs: Iterable[Callable[[], T]], depth: int) -> Iterator[T]:
    """Results of independent requests in the order of asking, up to `depth` of them under way at once."""
    under_way: deque[Future[T]] = deque()
    try:
        for job in jobs:
            under_way.append(workers.submit(job))
            if len(under_way) >= depth:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()
