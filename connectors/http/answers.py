"""One answer of a server, and reading JSON out of it only when it really is whole JSON.

Here belongs what can be said of an answer by itself. Whether to try again, or what an error means, doesn't.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

_TAGS = re.compile(rb"(?is)<(script|style)\b.*?</\1>|<[^>]*>")


class NotJson(Exception):
    """The body is not the JSON that was promised."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the server did what was asked (207: for some of the ids)."""
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait, from either form of Retry-After."""
        text = self.headers.get("retry-after", "").strip()
        if not text:
            return None
        try:
            return max(0.0, float(text))
        except ValueError:
            return _until(text, self.headers.get("date", ""))

    def json(self) -> Any:
        """The body's JSON. Raises NotJson for an HTML page, an empty body or half a page."""
        if not self.body:
            raise NotJson(f"an empty body (status {self.status})")
        kind = self.headers.get("content-type", "no content type")
        bare = kind.startswith("application/json")  # a count by itself is JSON too, where the server calls it so
        if self.body.lstrip()[:1] not in (b"{", b"[") and not bare:
            raise NotJson(f"{kind} instead of JSON ({self.excerpt()})")
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise NotJson(f"{len(self.body)} bytes that are not whole JSON ({error.msg})") from None

    def error_body(self) -> Mapping[str, Any]:
        """The JSON object of an error answer; empty when there is none."""
        try:
            body = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return body if isinstance(body, dict) else {}

    def excerpt(self, length: int = 160) -> str:
        """The beginning of the body as one line for people, without HTML tags."""
        message = self.error_body().get("message")
        text = message if isinstance(message, str) else _TAGS.sub(b" ", self.body[:4096]).decode("utf-8", "replace")
        line = " ".join(text.split())
        return (line[:length] + "…" if len(line) > length else line) or "no text"


def _until(text: str, date: str) -> float | None:
    # By the server's own Date header where there is one: its clock and ours may differ by minutes.
    try:
        end = parsedate_to_datetime(text)
    except ValueError:
        return None
    try:
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    except ValueError:
        now = datetime.now(UTC)
    end, now = (moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in (end, now))
    return max(0.0, (end - now).total_seconds())
