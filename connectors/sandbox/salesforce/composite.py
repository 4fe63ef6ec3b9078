"""POST /composite: several requests in one, answered one after the other, each with a status of its own.

The call counts as one; that is `accounts`' doing, which never sees the parts. Only reading is simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.sandbox.salesforce.errors import not_found, refused
from connectors.sandbox.wire import Answer, RefusedError, Request

MOST: Final = 25
MOST_QUERIES: Final = 5
OFFERED: Final = ("sobjects", "query", "queryAll")
"""What may be asked in a composite call: no jobs, and no limits."""


def together(body: Mapping[str, Any], request: Request, answer: Callable[[Request], Answer]) -> Answer:
    """The answer to all parts; a call with too many of them is refused as a whole, in the shape of an answer."""
    parts = body.get("compositeRequest")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise refused(400, "JSON_PARSER_ERROR", "compositeRequest: a list of subrequests is expected")
    if len(parts) > MOST:
        return _too_many(f"The request can't contain more than {MOST} operations.")
    if sum(_resource(part).startswith("query") for part in parts) > MOST_QUERIES:
        return _too_many(f"The request can't contain more than {MOST_QUERIES} query operations.")
    names = [part.get("referenceId") for part in parts]
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise refused(400, "INVALID_INPUT", "each subrequest needs a referenceId of its own")
    return Answer(200, {"compositeResponse": [_answered(part, request, answer) for part in parts]})


def _answered(part: Mapping[str, Any], request: Request, answer: Callable[[Request], Answer]) -> dict[str, Any]:
    try:
        if part.get("method") != "GET" or _resource(part) not in OFFERED:
            raise not_found()
        address = urlsplit(str(part["url"]))
        told = answer(replace(request, method="GET", path=address.path, query_text=address.query, body=b""))
    except RefusedError as refusal:
        told = refusal.answer
    content = told.content.decode() if isinstance(told.content, bytes) else told.content
    return _one(told.status, content, str(part.get("referenceId")))


def _resource(part: Mapping[str, Any]) -> str:
    """The first word after the version."""
    words = urlsplit(str(part.get("url", ""))).path.split("/")
    return words[4] if words[:3] == ["", "services", "data"] and len(words) > 4 else ""


def _too_many(message: str) -> Answer:
    error = [{"errorCode": "LIMIT_EXCEEDED", "message": message}]
    return Answer(200, {"compositeResponse": [_one(400, error, None)]})


def _one(status: int, content: Any, name: str | None) -> dict[str, Any]:
    return {"body": content, "httpHeaders": {}, "httpStatusCode": status, "referenceId": name}
