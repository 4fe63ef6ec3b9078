"""The day's allowance: a reserve is left for the company's other apps, and the sync stops before touching it.

Here belongs the daily count. The limits of seconds are bucket.py's.
"""

from __future__ import annotations

from connectors.contract import QuotaExhausted
from connectors.http.bucket import Limits


class DailyQuota:
    """Remembers what the server said is left of the day, and refuses further requests below the reserve."""

    def __init__(self, reserve_share: float = 0.1) -> None:
        self._reserve_share = reserve_share
        self.limit: int | None = None
        self.remaining: int | None = None

    def learn(self, limits: Limits) -> None:
        """Take over what the headers say; silence leaves the last word standing."""
        if limits.per_day is not None:
            self.limit = limits.per_day
        if limits.day_remaining is not None:
            self.remaining = limits.day_remaining

    @property
    def reserve(self) -> int:
        """How many requests are left for others."""
        return int((self.limit or 0) * self._reserve_share)

    def check(self, account: str) -> None:
        """Raise QuotaExhausted when the next request would come out of the reserve."""
        if self.remaining is not None and self.remaining <= self.reserve:
            raise QuotaExhausted(
                f"{account}: {self.remaining} requests are left of today's {self.limit or 'allowance'}; "
                f"{self.reserve} are kept for your other apps. Nothing is lost: the next night goes on from here."
            )
