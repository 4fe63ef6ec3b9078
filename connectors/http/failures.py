"""The failures that the same request may get over, each a type that says what it becomes when it doesn't.

Here belong transient failures and which HTTP statuses are transient. Permanent errors are connectors.contract's.
"""

from __future__ import annotations

from connectors.contract import BadAnswer, ConnectorError, QuotaExhausted, Unreachable
from connectors.http.answers import Answer


class Transient(Exception):
    """Root of failures worth another try. `wait` is the number of seconds that the server asked for."""

    becomes: type[ConnectorError] = Unreachable

    def __init__(self, text: str, *, wait: float | None = None) -> None:
        super().__init__(text)
        self.wait = wait


class NoConnection(Transient):
    """Refused, reset, unknown host, or cut before the answer began."""


class TimedOut(Transient):
    """No answer, or not all of it, within the time limit."""


class BrokenAnswer(Transient):
    """An answer that is not whole or not JSON: half a body, an HTML page, an empty one."""

    becomes = BadAnswer


class ServerTrouble(Transient):
    """408 or 5xx."""


class RateLimited(Transient):
    """429 on a short window. A wait of many minutes is no pause but an end for tonight."""

    becomes = QuotaExhausted


_SERVER = frozenset({408, 423, 425, 477})  # 477: HubSpot moves the account between data centres


def transient_status(answer: Answer) -> Transient | None:
    """The transient failure that this status stands for; None when the status is no transient one."""
    if answer.status == 429:
        return RateLimited("answered 429 (too many requests)", wait=answer.retry_after)
    if answer.status in _SERVER or answer.status >= 500:
        return ServerTrouble(f"answered {answer.status} ({answer.excerpt()})", wait=answer.retry_after)
    return None
