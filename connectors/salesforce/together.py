"""Several questions in one call (the Composite resource), which Salesforce counts as one.

Here belong asking ahead and keeping what was answered until it is asked for. Whatever such a call does not answer well
is asked again by itself, so that every refusal meets the one place that knows its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from connectors.contract import ConnectorError, CredentialsError
from connectors.http.session import HttpSession

MOST_QUESTIONS = 25
MOST_QUERIES = 5
"""Of the questions of one call so many may be queries."""


@dataclass(frozen=True, slots=True)
class Question:
    """A GET: its path and its parameters, in order."""

    path: str
    params: tuple[tuple[str, str], ...] = ()

    @property
    def is_query(self) -> bool:
        """Whether it is one of the few queries of a call."""
        return self.path.endswith("/queryAll")

    @property
    def address(self) -> str:
        """Path and parameters as an address."""
        return f"{self.path}?{urlencode(self.params)}" if self.params else self.path


@dataclass(slots=True)
class Together:
    """The calls of one connection; `path` is the resource's."""

    session: HttpSession
    path: str
    refused: bool = False
    _told: dict[Question, Any] = field(default_factory=dict)

    def ask(self, questions: Sequence[Question]) -> None:
        """Ask them in as few calls as hold them, in this order, and keep the answers. One alone is not worth it.

        Raises what fails any request alike (credentials, quota, network); another refusal of the call itself means
        that the org doesn't offer it, and is not repeated.
        """
        for call in _calls(questions):
            if len(call) > 1 and not self.refused:
                self._ask(call)

    def _ask(self, questions: Sequence[Question]) -> None:
        listed = [
            {"method": "GET", "url": question.address, "referenceId": f"q{place}"}
            for place, question in enumerate(questions)
        ]
        # Collated ones would be answered in any order.
        body = {"allOrNone": False, "collateSubrequests": False, "compositeRequest": listed}
        try:
            answers = _by_reference(self.session.post(self.path, body))
        except ConnectorError as refusal:
            if refusal.retryable or isinstance(refusal, CredentialsError):
                raise
            self.refused = True
            return
        self._told |= {
            question: answers[f"q{place}"] for place, question in enumerate(questions) if f"q{place}" in answers
        }

    def take(self, question: Question) -> Any | None:
        """What was answered to it, once; None: nothing was."""
        return self._told.pop(question, None)

    def forget(self) -> None:
        """Let go of what was answered and not asked for: it is no longer the present."""
        self._told.clear()


def _calls(questions: Sequence[Question]) -> list[list[Question]]:
    calls: list[list[Question]] = [[]]
    for question in questions:
        queries = sum(asked.is_query for asked in calls[-1])
        if len(calls[-1]) == MOST_QUESTIONS or (question.is_query and queries == MOST_QUERIES):
            calls.append([])
        calls[-1].append(question)
    return calls


def _by_reference(body: Any) -> dict[str, Any]:
    """The bodies of the questions that were answered."""
    listed = body.get("compositeResponse") if isinstance(body, Mapping) else None
    return {
        str(answer.get("referenceId")): answer["body"]
        for answer in (listed if isinstance(listed, list) else ())
        if isinstance(answer, Mapping) and answer.get("httpStatusCode") == 200 and answer.get("body") is not None
    }
