"""Asking for the next page while this one is being worked on.

Here belongs the order of concurrent requests. Rate limits hold for all of them together, in the session.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
K = TypeVar("K")


def chained(
    pool: ThreadPoolExecutor, fetch: Callable[[K | None], T], following: Callable[[T], K | None], first: K | None
) -> Iterator[T]:
    """Pages of which each names the next: that one is under way while this one is used."""
    waiting: Future[T] | None = pool.submit(fetch, first)
    try:
        while waiting is not None:
            page = waiting.result()
            key = following(page)
            waiting = None if key is None else pool.submit(fetch, key)
            yield page
    finally:
        if waiting is not None:
            waiting.cancel()


def in_order(pool: ThreadPoolExecutor, jobs: Iterable[Callable[[], T]], depth: int) -> Iterator[T]:
    """Results of independent requests in the order of asking, up to `depth` of them under way at once."""
    under_way: deque[Future[T]] = deque()
    try:
        for job in jobs:
            under_way.append(pool.submit(job))
            if len(under_way) >= depth:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()
