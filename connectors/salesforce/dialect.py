"""How Salesforce words its limits and its refusals.

Here belong header names and error codes. Retrying and waiting are the session's; what a refusal means for the walk is
the reader's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

from connectors.contract import ConnectorError, CredentialsError, MissingScopeError, QuotaExhausted
from connectors.http.answers import Answer
from connectors.http.bucket import Limits
from connectors.http.failures import ServerTrouble, Transient
from connectors.salesforce.refusals import CursorGone, FieldRefused, QueryTimeout

_USAGE = re.compile(r"(?:^|[\s,;])api-usage=(\d+)/(\d+)")

_MEANINGS: dict[str, Callable[[str], ConnectorError | Transient]] = {
    "INVALID_SESSION_ID": lambda said: CredentialsError(
        f"Salesforce refuses a fresh token ({said}). Look whether the user is active, may use the API (permission "
        "'API Enabled') and logs in from an allowed address."
    ),
    "REQUEST_LIMIT_EXCEEDED": lambda said: QuotaExhausted(
        f"the API calls of the last 24 hours are used up ({said}). Nothing is lost: the next night goes on from here."
    ),
    "TXN_SECURITY_METERING_ERROR": lambda said: QuotaExhausted(
        f"a transaction security policy of the org cut us off ({said}). Exempt the user from the policy, or go on "
        "tomorrow: nothing is lost."
    ),
    "QUERY_TIMEOUT": lambda said: QueryTimeout(f"the query took too long ({said})"),
    "OPERATION_TOO_LARGE": lambda said: ConnectorError(
        f"the sharing rules make the query too large for this user ({said}). Give the user the permission 'View All "
        "Data', or 'View All' on the object."
    ),
    "API_DISABLED_FOR_ORG": lambda said: CredentialsError(
        f"the org or this user has no API ({said}). It needs an edition with API access and the permission "
        "'API Enabled'."
    ),
    "API_CURRENTLY_DISABLED": lambda said: CredentialsError(f"the API is switched off for this user ({said})."),
    "INVALID_TYPE": lambda said: MissingScopeError(
        f"the object is not there for this user ({said}): it is not licensed, switched off, or not permitted. "
        "Give the user's permission set Read and View All on it."
    ),
    "INSUFFICIENT_ACCESS": lambda said: MissingScopeError(f"this user may not do that ({said})."),
    "INVALID_FIELD": lambda said: FieldRefused(f"a field is not there or may not be read any more ({said})"),
    "INVALID_QUERY_LOCATOR": lambda said: CursorGone(f"the query's next page is no longer kept ({said})"),
    "SERVER_UNAVAILABLE": lambda said: ServerTrouble(f"is not available ({said})"),
    "UNABLE_TO_LOCK_ROW": lambda said: ServerTrouble(f"is busy with the same rows ({said})"),
    "CONCURRENT_REQUESTS_LIMIT_EXCEEDED": lambda said: ServerTrouble(f"has too many long requests at once ({said})"),
}
_ALIASES = {
    "INVALID_TYPE_FOR_OPERATION": "INVALID_TYPE",
    "INSUFFICIENT_ACCESS_OR_READONLY": "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "INSUFFICIENT_ACCESS",
    "REQUEST_RUNNING_TOO_LONG": "QUERY_TIMEOUT",
    "QUERY_TOO_COMPLICATED": "QUERY_TIMEOUT",
    "ExceededQuota": "REQUEST_LIMIT_EXCEEDED",
}


class SalesforceDialect:
    """Salesforce's headers and its error lists."""

    def limits(self, answer: Answer) -> Limits:
        """The calls of the last 24 hours, of the whole org: the only limit that the answers tell."""
        usage = _USAGE.search(answer.headers.get("sforce-limit-info", ""))
        if usage is None:
            return Limits()
        used, allowed = int(usage[1]), int(usage[2])
        return Limits(per_day=allowed, day_remaining=max(0, allowed - used))

    def failure(self, answer: Answer) -> ConnectorError | Transient | None:
        """Salesforce's own meaning of a refusal."""
        code, message = first_error(answer)
        said = f"{answer.status} {code}: {message}" if code else f"{answer.status}: {answer.excerpt()}"
        meaning = meaning_of(code, said)
        if meaning is not None:
            return meaning
        if answer.status == 401:
            return _MEANINGS["INVALID_SESSION_ID"](said)
        if answer.status == 404:
            return MissingScopeError(f"not there for this user ({said})")
        if answer.status == 406 or (answer.status == 409 and not code):
            return ServerTrouble(f"answered {said}", wait=answer.retry_after)
        return ConnectorError(f"Salesforce refuses: {said}") if code and answer.status < 500 else None


def meaning_of(code: str, said: str) -> ConnectorError | Transient | None:
    """What an error code stands for; None for one without a special meaning."""
    meaning = _MEANINGS.get(_ALIASES.get(code, code))
    return meaning(said) if meaning else None


def first_error(answer: Answer) -> tuple[str, str]:
    """Code and text of the first error in an answer; empty texts when it has none."""
    try:
        body: Any = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return "", ""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return "", ""
    code = first.get("errorCode") or first.get("error") or ""
    text = first.get("message") or first.get("error_description") or ""
    return str(code), " ".join(str(text).split())[:300]
