"""HubSpot's refusals, in HubSpot's shape: {status, message, correlationId, category, ...}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from connectors.sandbox.hubspot.words import SCOPES
from connectors.sandbox.wire import Answer, RefusedError

POLICIES: Final = {"DAILY": "daily", "TEN_SECONDLY_ROLLING": "ten_secondly_rolling", "SECONDLY": "secondly"}


def refusal(status: int, message: str, category: str, extra: Mapping[str, Any] | None = None) -> RefusedError:
    """A refusal with HubSpot's usual fields."""
    body = {"status": "error", "message": message, "correlationId": str(uuid4()), "category": category}
    return RefusedError(Answer(status, {**body, **(extra or {})}))


def invalid(message: str) -> RefusedError:
    """The request breaks a rule of the API."""
    return refusal(400, message, "VALIDATION_ERROR")


def unauthenticated() -> RefusedError:
    """No token, or one that nobody knows."""
    message = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
    return refusal(401, message, "INVALID_AUTHENTICATION")


def expired() -> RefusedError:
    """The access token's half hour is over."""
    return refusal(401, "The OAuth token used to make this call expired.", "EXPIRED_AUTHENTICATION")


def missing_scope(kind: str) -> RefusedError:
    """The token may not read this object."""
    scope = SCOPES.get(kind, f"crm.objects.{kind}.read")
    message = "This app hasn't been granted all required scopes to make this call."
    wanted = [{"message": "One or more of the following scopes are required.", "context": {"requiredScopes": [scope]}}]
    return refusal(403, message, "MISSING_SCOPES", {"errors": wanted})


def not_found(path: str) -> RefusedError:
    """There is no such thing."""
    return refusal(404, f"resource not found: {path}", "OBJECT_NOT_FOUND")


def too_many(policy: str, retry_after: int = 0) -> RefusedError:
    """One of the rate limits is used up; `policyName` says which."""
    body = {
        "status": "error",
        "message": f"You have reached your {POLICIES[policy]} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": str(uuid4()),
        "policyName": policy,
        "requestId": str(uuid4()),
    }
    return RefusedError(Answer(429, body, {"Retry-After": str(retry_after)} if retry_after else {}))


def broken(message: str = "internal error") -> RefusedError:
    """HubSpot itself fails."""
    return refusal(500, message, "INTERNAL_ERROR")
