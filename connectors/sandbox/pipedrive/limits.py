"""Counting an account's requests and tokens against its limits, and the headers that tell of them.

The short window rolls over the last two seconds. Tokens count by the day, which begins when the sandbox is started; the
request that spends the last ones may cost more than there were, which Pipedrive leaves open.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from math import ceil
from typing import Final

from connectors.sandbox.pipedrive.errors import cloudflare, day_spent, too_many
from connectors.sandbox.pipedrive.knobs import Knobs

WINDOW: Final = 2.0
DAY: Final = 86_400.0


class Limits:
    """Lets a request pass or raises Pipedrive's 429. `seen` counts requests by kind, refused ones among them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.started = clock()
        self.requests = 0
        self.bytes = 0
        self.tokens = 0
        """Spent since the start."""
        self.refused = 0
        self.seen: Counter[str] = Counter()
        self._spent: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._recent: deque[float] = deque()

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

    def admit(self, knobs: Knobs, cost: int) -> None:
        """Raise 429 when a limit is used up; a refused request costs nothing, but too many of them end in a 403."""
        with self._lock:
            if knobs.blocked or (knobs.block_after and self.refused >= knobs.block_after):
                raise cloudflare()
            now, day = self.clock(), self._day(knobs)
            while self._recent and self._recent[0] <= now - WINDOW:
                self._recent.popleft()
            if knobs.per_two_seconds and len(self._recent) >= knobs.per_two_seconds:
                self.refused += 1
                raise too_many()
            if knobs.tokens_per_day and self._spent[day] >= knobs.tokens_per_day:
                self.refused += 1
                raise day_spent()
            if knobs.per_two_seconds:
                self._recent.append(now)
            self._spent[day] += cost
            self.tokens += cost

    def spent_today(self, knobs: Knobs) -> int:
        """Tokens spent on the present day."""
        with self._lock:
            return self._spent[self._day(knobs)]

    def headers(self, knobs: Knobs) -> dict[str, str]:
        """The short window's headers, whose reset is in seconds from now, and the day's."""
        if not knobs.rate_headers:
            return {}
        most, day = knobs.per_two_seconds or 10_000, knobs.tokens_per_day or 10_000_000
        with self._lock:
            reset = self._recent[0] + WINDOW - self.clock() if self._recent else WINDOW
            left, spent = max(0, most - len(self._recent)), self._spent[self._day(knobs)]
        return {
            "x-ratelimit-limit": str(most),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-reset": str(max(1, ceil(reset))),
            "x-daily-ratelimit-token-limit": str(day),
            "x-daily-ratelimit-token-remaining": str(max(0, day - spent)),
        }

    def _day(self, knobs: Knobs) -> int:
        return knobs.day + int((self.clock() - self.started) // DAY)
