"""How often and how long to wait for another try.

Here belong the numbers of retrying. Which failures are worth it is failures.py's.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from connectors.http.failures import Transient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timing:
    """Time and chance as the session sees them; tests give their own, so that none ever sleeps."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = field(default=random.random)


@dataclass(frozen=True, slots=True)
class Retries:
    """Exponential backoff with jitter, bounded in tries and in seconds per request."""

    tries: int = 6
    first_wait: float = 0.5
    longest_wait: float = 30.0
    longest_asked_wait: float = 120.0
    total_seconds: float = 300.0

    def wait(self, failed: int, trouble: Transient, elapsed: float, chance: Callable[[], float]) -> float | None:
        """Seconds until the next try after `failed` failures; None to give up."""
        if failed >= self.tries:
            return None
        if trouble.wait is not None:
            wait = trouble.wait
            if wait > self.longest_asked_wait:
                return None
        else:
            # Between half and all of the step: threads that failed together do not come back together.
            step = min(self.longest_wait, self.first_wait * 2.0 ** (failed - 1))
            wait = step * (0.5 + 0.5 * chance())
        return None if elapsed + wait > self.total_seconds else wait


def with_retries(
    send: Callable[[], T],
    place: str,
    retries: Retries,
    timing: Timing,
    waited: Callable[[float], None],
) -> T:
    """Run until it works or the retries are used up; then raise what the last failure becomes."""
    failed, started = 0, timing.monotonic()
    while True:
        try:
            return send()
        except Transient as trouble:
            failed += 1
            wait = retries.wait(failed, trouble, timing.monotonic() - started, timing.chance)
            if wait is None:
                times = "once" if failed == 1 else f"{failed} times"
                asked = f"; it asks to wait {trouble.wait:g} s" if trouble.wait else ""
                raise trouble.becomes(f"{place}: {trouble} (tried {times}{asked}).") from None
        waited(wait)
        timing.sleep(wait)
