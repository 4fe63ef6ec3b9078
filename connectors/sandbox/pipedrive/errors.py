"""Pipedrive's refusals, in Pipedrive's shape: {success: false, error, error_info, data, additional_data}."""

from __future__ import annotations

from typing import Final

from connectors.sandbox.wire import Answer, RefusedError

INFO: Final = "Please check developers.pipedrive.com for more information about Pipedrive API."
CLOUDFLARE: Final = (
    b"<!DOCTYPE html><html><head><title>Access denied | api.pipedrive.com used Cloudflare to restrict access</title>"
    b"</head><body><h1>Error 1015</h1><p>You are being rate limited.</p></body></html>"
)


def refusal(status: int, message: str, info: str = INFO, headers: dict[str, str] | None = None) -> RefusedError:
    """A refusal with Pipedrive's usual fields."""
    body = {"success": False, "error": message, "error_info": info, "data": None, "additional_data": None}
    return RefusedError(Answer(status, body, headers or {}))


def invalid(message: str) -> RefusedError:
    """The request breaks a rule of the API."""
    return refusal(400, message)


def unauthenticated() -> RefusedError:
    """No token, or one that nobody knows."""
    return RefusedError(
        Answer(401, {"success": False, "error": "unauthorized access", "errorCode": 401, "error_info": INFO})
    )


def forbidden() -> RefusedError:
    """The user behind the token, or the app's scopes, don't reach that far."""
    return refusal(403, "Scope and URL mismatch")


def not_found(what: str) -> RefusedError:
    """There is no such thing."""
    return refusal(404, f"{what} not found")


def too_many() -> RefusedError:
    """The short window is full."""
    return refusal(429, "Rate limit exceeded")


def day_spent() -> RefusedError:
    """The day's tokens are used up."""
    return refusal(429, "Daily API token limit exceeded")


def cloudflare() -> RefusedError:
    """Not Pipedrive answers but what stands before it."""
    return RefusedError(Answer(403, CLOUDFLARE, content_type="text/html; charset=UTF-8"))


def broken(message: str = "internal error") -> RefusedError:
    """Pipedrive itself fails."""
    return refusal(500, message)
