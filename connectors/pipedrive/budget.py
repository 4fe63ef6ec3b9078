"""The day's tokens: every call is paid before it is sent, and a share of the day is left for the company's other apps.

Here belongs counting. What a call costs is costs.py's; how many calls a second are allowed is the session's bucket's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock, local

from connectors.contract import QuotaExhausted
from connectors.http.bucket import Limits
from connectors.http.quota import DailyQuota


class TokenBudget(DailyQuota):
    """What is left of the account's day as its headers tell, and of our own allowance where the operator set one.

    Answers lag behind what was sent, so the tokens of calls under way count as spent already. They also overtake each
    other: one that was given earlier and arrives later knows nothing of what the other had spent.
    """

    def __init__(self, account: str, reserve_share: float = 0.3, own_tokens: int | None = None) -> None:
        super().__init__(reserve_share)
        self._account, self.own_tokens = account, own_tokens
        self._lock = Lock()
        self._under_way = 0
        self._call = local()
        self.spent = 0
        """Tokens of all calls that were answered, by our table."""

    @contextmanager
    def paid(self, cost: int) -> Iterator[None]:
        """Pay for one call. Raises QuotaExhausted when it would come out of the reserve."""
        with self._lock:
            self._refuse_beyond(cost)
            self._under_way += cost
            self._call.spent_before = self.spent
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= cost
                self.spent += cost

    def learn(self, limits: Limits) -> None:
        """Take over what the headers say; silence leaves the last word standing, and so does an overtaken answer.

        Overtaken is what says that more is left, by no more than our own calls since can have spent; beyond that it is
        a new day, or a larger allowance.
        """
        with self._lock:
            told, known = limits.day_remaining, self.remaining
            since = self.spent - getattr(self._call, "spent_before", self.spent) + self._under_way
            if told is not None and known is not None and known < told <= known + since:
                limits = replace(limits, day_remaining=None)
            super().learn(limits)

    def check(self, account: str) -> None:  # noqa: ARG002 - the session names it; we know it
        """Before each try of a call that is paid already: others may have used up the day in between."""
        with self._lock:
            self._refuse_beyond(0)

    @property
    def a_day(self) -> int | None:
        """Tokens that we may spend in one day; None where neither the account nor the operator says."""
        told = None if self.limit is None else self.limit - self.reserve
        known = [tokens for tokens in (told, self.own_tokens) if tokens is not None]
        return min(known) if known else None

    def _refuse_beyond(self, cost: int) -> None:
        if self.remaining is not None and self.remaining - self._under_way - cost < self.reserve:
            raise QuotaExhausted(
                f"{self._account}: {self.remaining:,} of today's {self.limit or 0:,} Pipedrive tokens are left, and "
                f"{self.reserve:,} are kept for your other apps (options: daily_reserve_percent). Nothing is lost: the "
                "next night goes on from here."
            )
        if self.own_tokens is not None and self.spent + self._under_way + cost > self.own_tokens:
            raise QuotaExhausted(
                f"{self._account}: {self.spent:,} Pipedrive tokens are spent, of {self.own_tokens:,} that one night "
                "may spend (options: daily_tokens). Nothing is lost: the next night goes on from here."
            )
