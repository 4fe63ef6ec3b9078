"""Salesforce's refusals: a list of {message, errorCode}; the token endpoint has {error, error_description}."""

from __future__ import annotations

from typing import Final

from connectors.sandbox.wire import Answer, RefusedError

CUSTOM_HINT: Final = "If you are attempting to use a custom"
SEE_DESCRIBE: Final = "Please reference your WSDL or the describe call for the appropriate names."


def refused(status: int, code: str, message: str) -> RefusedError:
    """A refusal."""
    return RefusedError(Answer(status, [{"message": message, "errorCode": code}]))


def malformed(message: str) -> RefusedError:
    """400 for a query that can't be read."""
    return refused(400, "MALFORMED_QUERY", message)


def no_such_column(query: str, name: str, kind: str) -> RefusedError:
    """400 for a field that doesn't exist or may not be seen."""
    place = query.find(name) + 1
    hint = f"{CUSTOM_HINT} field, be sure to append the '__c' after the custom field name. {SEE_DESCRIBE}"
    message = f"\n{query}\n{'^':>{max(place, 1)}}\nERROR at Row:1:Column:{place}\n"
    return refused(400, "INVALID_FIELD", f"{message}No such column '{name}' on entity '{kind}'. {hint}")


def no_such_type(kind: str) -> RefusedError:
    """400 for an object that doesn't exist, isn't licensed or may not be read."""
    hint = f"{CUSTOM_HINT} object, be sure to append the '__c' after the entity name. {SEE_DESCRIBE}"
    return refused(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported. {hint}")


def not_found() -> RefusedError:
    """404."""
    return refused(404, "NOT_FOUND", "The requested resource does not exist")


def session_expired() -> RefusedError:
    """401 for an access token that is unknown or too old."""
    return refused(401, "INVALID_SESSION_ID", "Session expired or invalid")


def limit_exceeded() -> RefusedError:
    """403 when the day's requests are used up."""
    return refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")


def too_many_at_once() -> RefusedError:
    """403 when too many long requests run at once."""
    return refused(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")


def query_timeout() -> RefusedError:
    """400 for a query that ran for two minutes."""
    return refused(400, "QUERY_TIMEOUT", "Your query request was running for too long.")


def broken(message: str) -> RefusedError:
    """500."""
    return refused(500, "UNKNOWN_EXCEPTION", f"An unexpected error occurred. ({message})")


def grant_refused(error: str, description: str) -> RefusedError:
    """400 of the token endpoint."""
    return RefusedError(Answer(400, {"error": error, "error_description": description}))
