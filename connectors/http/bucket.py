"""The rate limiter: a token bucket that learns its limits from the server's headers and works without them.

Here belongs when the next request may go out. Retries and the day's quota don't.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

HEADROOM = 0.9
"""Share of the allowance that we use: other apps share it, and the network squeezes requests together."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer's headers say of limits; None is 'not said'."""

    per_window: int | None = None
    window_seconds: float | None = None
    remaining: int | None = None
    per_second: int | None = None
    per_day: int | None = None
    day_remaining: int | None = None


class TokenBucket:
    """Spaces requests so that no window of the server ever sees more than its allowance.

    A rolling window of w seconds sees at most burst + rate·w requests; the burst is what the headroom leaves.
    """

    def __init__(self, per_window: float, window_seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._allow(per_window, window_seconds, None)
        self._tokens = self._burst
        self._at = monotonic()

    @property
    def rate(self) -> float:
        """Requests a second that the bucket lets through in the long run."""
        return self._rate

    def take(self) -> float:
        """Reserve the next place; returns the seconds to wait for it. Places are given in order of asking."""
        with self._lock:
            self._refill()
            self._tokens -= 1
            return max(0.0, -self._tokens / self._rate)

    def learn(self, limits: Limits) -> None:
        """Adapt to what the server says: its allowance, and how much of it others have used."""
        with self._lock:
            self._refill()
            if limits.per_window and limits.window_seconds:
                self._allow(limits.per_window, limits.window_seconds, limits.per_second)
                self._tokens = min(self._tokens, self._burst)
            if limits.remaining is not None:
                self._tokens = min(self._tokens, float(limits.remaining))

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long (a 429 holds for all threads, not only for the one that met it)."""
        with self._lock:
            self._refill()
            self._tokens = min(self._tokens, 1 - seconds * self._rate)

    def _allow(self, per_window: float, window_seconds: float, per_second: int | None) -> None:
        rate = HEADROOM * per_window / window_seconds
        burst = per_window - rate * window_seconds
        if per_second:
            rate = min(rate, HEADROOM * per_second)
            burst = min(burst, per_second - rate)
        self._rate = rate
        self._burst = max(1.0, burst)

    def _refill(self) -> None:
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
