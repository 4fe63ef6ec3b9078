"""How HubSpot words its limits and its refusals.

Here belong header names, error categories and policy names. Retrying and waiting are the session's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contract import ConnectorError, CredentialsError, MissingScopeError, QuotaExhausted
from connectors.http.answers import Answer
from connectors.http.bucket import Limits
from connectors.http.failures import RateLimited, Transient

_POLICY_WAITS = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0}
"""How long each window takes to empty, for a 429 without Retry-After."""


class HubSpotDialect:
    """HubSpot's headers and error bodies. `token_place` says where the operator finds the credentials."""

    def __init__(self, token_place: str) -> None:
        self._token_place = token_place

    def limits(self, answer: Answer) -> Limits:
        """The x-hubspot-ratelimit headers, where there are any (the search never sends them)."""
        milliseconds = _number(answer, "interval-milliseconds")
        return Limits(
            per_window=_number(answer, "max"),
            window_seconds=milliseconds / 1000 if milliseconds else None,
            remaining=_number(answer, "remaining"),
            per_second=_number(answer, "secondly"),
            per_day=_number(answer, "daily"),
            day_remaining=_number(answer, "daily-remaining"),
        )

    def failure(self, answer: Answer) -> ConnectorError | Transient | None:
        """HubSpot's own meaning of a refusal."""
        body = answer.error_body()
        if answer.status == 401:
            return CredentialsError(
                f"HubSpot refused the token (401: {answer.excerpt()}). Put a valid one into {self._token_place}."
            )
        if answer.status == 403 and body.get("category") == "MISSING_SCOPES":
            return MissingScopeError(
                f"the token lacks the scope {' or '.join(scopes(body)) or 'for this object'}. "
                "Add it to the private app in HubSpot (Settings, Integrations, Private apps, Scopes)."
            )
        if answer.status == 429:
            return _too_many(answer, body)
        return None


def scopes(body: Mapping[str, Any]) -> list[str]:
    """The names of the scopes that a MISSING_SCOPES answer asks for."""
    found: dict[str, None] = {}
    contexts = [body.get("context")]
    errors = body.get("errors")
    if isinstance(errors, list):
        contexts += [error.get("context") for error in errors if isinstance(error, dict)]
    for context in contexts:
        for key in ("requiredGranularScopes", "requiredScopes"):
            names = context.get(key) if isinstance(context, dict) else None
            found.update(dict.fromkeys(str(name) for name in names or ()))
    return list(found)


def _too_many(answer: Answer, body: Mapping[str, Any]) -> ConnectorError | Transient:
    policy = str(body.get("policyName", "")).upper()
    if policy == "DAILY":
        return QuotaExhausted(
            "the day's API calls of the HubSpot account are used up (429, policy DAILY). It begins anew at midnight "
            "of the account's time zone; the next night goes on from here."
        )
    wait = answer.retry_after if answer.retry_after is not None else _POLICY_WAITS.get(policy)
    return RateLimited(f"answered 429 (too many requests{', policy ' + policy if policy else ''})", wait=wait)


def _number(answer: Answer, name: str) -> int | None:
    text = answer.headers.get(f"x-hubspot-ratelimit-{name}", "")
    return int(text) if text.isdigit() else None
