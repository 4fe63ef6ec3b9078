"""Counting a portal's requests against its limits, and the headers that tell of them.

Windows roll: the last ten seconds, the last second for searches, and the day since the sandbox was started.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from typing import Final

from connectors.sandbox.hubspot.errors import too_many
from connectors.sandbox.hubspot.knobs import Knobs

TEN_SECONDS: Final = 10.0


class Limits:
    """Lets a request pass or raises HubSpot's 429. `seen` counts requests by kind, refused ones among them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.used_today = 0
        self.requests = 0
        self.bytes = 0
        self.seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._all: deque[float] = deque()
        self._searches: deque[float] = deque()

    def number(self, what: str) -> int:
        """Count a request; returns its number."""
        with self._lock:
            self.requests += 1
            self.seen[what] += 1
            return self.requests

    def sent(self, size: int) -> None:
        """Count what went over the wire."""
        with self._lock:
            self.bytes += size

    def admit(self, knobs: Knobs, *, is_search: bool) -> None:
        """Raise 429 when a limit is used up; a refused request uses up nothing of the short windows."""
        with self._lock:
            now = self.clock()
            if knobs.per_day and self.used_today >= knobs.per_day:
                raise too_many("DAILY")
            if is_search and knobs.searches_per_second:
                _forget(self._searches, now - 1.0)
                if len(self._searches) >= knobs.searches_per_second:
                    raise too_many("SECONDLY")
                self._searches.append(now)
            if not is_search and knobs.per_ten_seconds:
                _forget(self._all, now - TEN_SECONDS)
                if len(self._all) >= knobs.per_ten_seconds:
                    raise too_many("TEN_SECONDLY_ROLLING", knobs.retry_after_seconds)
                self._all.append(now)
            self.used_today += 1

    def headers(self, knobs: Knobs, *, is_search: bool) -> dict[str, str]:
        """The x-hubspot-ratelimit headers; the search never sends any."""
        if is_search or not knobs.rate_headers:
            return {}
        most = knobs.per_ten_seconds or 1_000_000
        secondly = max(1, most // 10)
        day = knobs.per_day or 625_000_000
        with self._lock:
            left, used = max(0, most - len(self._all)), self.used_today
        return {
            "x-hubspot-ratelimit-max": str(most),
            "x-hubspot-ratelimit-remaining": str(left),
            "x-hubspot-ratelimit-interval-milliseconds": "10000",
            "x-hubspot-ratelimit-secondly": str(secondly),
            "x-hubspot-ratelimit-secondly-remaining": str(min(secondly, left)),
            "x-hubspot-ratelimit-daily": str(day),
            "x-hubspot-ratelimit-daily-remaining": str(max(0, day - used)),
        }


def _forget(times: deque[float], until: float) -> None:
    while times and times[0] <= until:
        times.popleft()
