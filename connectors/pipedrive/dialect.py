"""How Pipedrive words its limits and its refusals.

Here belong header names and what each status means there. Retrying and waiting are the session's.
"""

from __future__ import annotations

from connectors.contract import ConnectorError, CredentialsError, MissingScopeError, QuotaExhausted
from connectors.http.answers import Answer
from connectors.http.bucket import Limits
from connectors.http.failures import RateLimited, Transient

WINDOW_SECONDS = 2.0
"""The burst limit counts a rolling window of so many seconds."""


class Gone(ConnectorError):
    """There is no such object (any more)."""


class NotUnderstood(ConnectorError):
    """Pipedrive refuses the question itself (400): a cursor that it no longer knows, a filter that it doesn't have."""


class Blocked(ConnectorError):
    """The shield in front of Pipedrive refuses us. Asking on would make it worse, so the sync stops."""


class PipedriveDialect:
    """Pipedrive's headers and error bodies. `token_place` says where the operator finds the credentials."""

    def __init__(self, token_place: str) -> None:
        self._token_place = token_place

    def limits(self, answer: Answer) -> Limits:
        """The burst's headers (calls) and the day's (tokens), where there are any."""
        allowed = _number(answer, "x-ratelimit-limit")
        return Limits(
            per_window=allowed,
            window_seconds=WINDOW_SECONDS if allowed else None,
            remaining=_number(answer, "x-ratelimit-remaining"),
            per_day=_number(answer, "x-daily-ratelimit-token-limit"),
            day_remaining=_number(answer, "x-daily-ratelimit-token-remaining"),
        )

    def failure(self, answer: Answer) -> ConnectorError | Transient | None:
        """Pipedrive's own meaning of a refusal."""
        said = answer.excerpt()
        match answer.status:
            case 400:
                return NotUnderstood(f"Pipedrive does not understand the question (400: {_reason(answer)})")
            case 401:
                return CredentialsError(
                    f"Pipedrive refused the token (401: {said}). Put a valid one into {self._token_place}."
                )
            case 402:
                return ConnectorError(
                    f"the Pipedrive account is not open for us (402: {said}); look at its subscription"
                )
            case 403 if not answer.error_body():
                return Blocked(
                    f"the shield in front of Pipedrive refuses us (403: {said}). It does so after too many refused "
                    "calls; let it rest, and lower `requests_per_2_seconds` and `threads` if other apps are busy too."
                )
            case 403:
                return MissingScopeError(
                    f"Pipedrive does not let us read this (403: {_reason(answer)}). An OAuth app needs the scope for "
                    "it, a user's token the right to see it (Pipedrive: Settings, Permission sets)."
                )
            case 404 | 410:
                return Gone(f"there is no such thing in Pipedrive ({answer.status}: {_reason(answer)})")
            case 429:
                return self._too_many(answer)
        return None

    def _too_many(self, answer: Answer) -> ConnectorError | Transient:
        if _number(answer, "x-daily-ratelimit-token-remaining") == 0:
            return QuotaExhausted(
                "the day's tokens of the Pipedrive account are used up (429). They begin anew at midnight in the place "
                "of Pipedrive's data centre; the next night goes on from here."
            )
        # The reset is told in seconds from now, not as a moment.
        wait = answer.retry_after if answer.retry_after is not None else _number(answer, "x-ratelimit-reset")
        return RateLimited("answered 429 (too many requests)", wait=WINDOW_SECONDS if wait is None else float(wait))


def _reason(answer: Answer) -> str:
    body = answer.error_body()
    words = [str(body[name]) for name in ("error", "error_info") if body.get(name)]
    return "; ".join(words)[:200] or answer.excerpt()


def _number(answer: Answer, name: str) -> int | None:
    text = answer.headers.get(name, "").strip()
    return int(text) if text.isdigit() else None
