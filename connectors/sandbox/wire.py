"""A request and an answer as the simulated CRMs see them, and refusing one. No sockets: those are `serving`'s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case, the query as it stood in the address."""

    method: str
    path: str
    query_text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; of a repeated one the last counts."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    @property
    def asked(self) -> str:
        """The path, and for a request that holds several what these ask."""
        return self.path + self.body.decode(errors="replace") if self.path.endswith("/composite") else self.path

    @property
    def form(self) -> dict[str, str]:
        """The body of a form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(slots=True)
class Answer:
    """What goes back over the wire: JSON-able content or ready bytes."""

    status: int
    content: Any
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json;charset=utf-8"


class RefusedError(Exception):
    """The simulated CRM refuses; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer
