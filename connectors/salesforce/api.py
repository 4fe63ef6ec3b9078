"""Salesforce's endpoints as methods: each sends one request and checks the shape of the answer.

Here belong paths, parameters and page shapes. What to ask in which order is the reader's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import BadAnswer
from connectors.http.answers import Answer
from connectors.http.failures import BrokenAnswer
from connectors.http.session import HttpSession
from connectors.salesforce.together import Question, Together

csv.field_size_limit(4_000_000)  # a long text area is longer than the standard limit


@dataclass(frozen=True, slots=True)
class RestPage:
    """Rows of one page, the path of the next (None: there is none), and how many there are in all."""

    rows: Sequence[Mapping[str, Any]]
    following: str | None
    total: int


@dataclass(frozen=True, slots=True)
class BulkPage:
    """Header and lines of one part of a Bulk result, and where the next begins (None: there is none)."""

    header: list[str]
    lines: list[list[str]]
    locator: str | None


@dataclass(frozen=True, slots=True)
class Deleted:
    """Ids that were deleted in a window, and how far the list is complete."""

    ids: list[str]
    earliest: str
    covered_to: str


class SalesforceApi:
    """The endpoints that we use, on one org. What was asked `together` before is not sent again."""

    def __init__(self, session: HttpSession, version: str) -> None:
        self.session = session
        self._base = f"/services/data/v{version}"
        self.together = Together(session, f"{self._base}/composite")

    def asking_query(self, soql: str) -> Question:
        """The question behind `query` and `count`."""
        return Question(f"{self._base}/queryAll", (("q", soql),))

    def asking_describe(self, name: str) -> Question:
        """The question behind `describe`."""
        return Question(f"{self._base}/sobjects/{name}/describe")

    def asking_deleted(self, name: str, start: str, end: str) -> Question:
        """The question behind `deleted`."""
        return Question(f"{self._base}/sobjects/{name}/deleted/", (("start", start), ("end", end)))

    def query(self, soql: str) -> RestPage:
        """The first page of a query over all rows, deleted and archived ones included."""
        return self._page(self.asking_query(soql))

    def more(self, path: str) -> RestPage:
        """A further page."""
        return self._page(Question(path))

    def count(self, soql: str) -> int:
        """The number that a COUNT() query gives."""
        return self.query(soql).total

    def describe(self, name: str) -> Mapping[str, Any]:
        """What the org says of an object."""
        question = self.asking_describe(name)
        body = self._answer(question)
        if not isinstance(body, dict) or not isinstance(body.get("fields"), list):
            raise self.bad(question.path, "answered without its list of fields")
        return body

    def deleted(self, name: str, start: str, end: str) -> Deleted:
        """What was deleted of an object in a window of at most 15 days."""
        question = self.asking_deleted(name, start, end)
        body = self._answer(question)
        records = body.get("deletedRecords") if isinstance(body, dict) else None
        ends = [body.get(key) for key in ("earliestDateAvailable", "latestDateCovered")] if records is not None else []
        if not isinstance(records, list) or not all(isinstance(end, str) for end in ends):
            raise self.bad(
                question.path, "answered without deletedRecords, earliestDateAvailable and latestDateCovered"
            )
        return Deleted([str(item.get("id")) for item in records if isinstance(item, dict)], str(ends[0]), str(ends[1]))

    def limits(self) -> Mapping[str, Any]:
        """What is left of the org's limits."""
        return self._object(f"{self._base}/limits", self.session.get(f"{self._base}/limits"))

    def create_job(self, soql: str) -> str:
        """Begin a Bulk query over all rows; returns the job's id."""
        path = f"{self._base}/jobs/query"
        question = {"operation": "queryAll", "query": soql, "contentType": "CSV", "lineEnding": "LF"}
        identity = self._object(path, self.session.post(path, question)).get("id")
        if not isinstance(identity, str) or not identity:
            raise self.bad(path, "made a job without an id")
        return identity

    def job(self, identity: str) -> Mapping[str, Any]:
        """A Bulk job's state."""
        path = f"{self._base}/jobs/query/{identity}"
        body = self._object(path, self.session.get(path))
        if not isinstance(body.get("state"), str):
            raise self.bad(path, "answered without the job's state")
        return body

    def results(self, identity: str, locator: str | None, rows: int) -> BulkPage:
        """One part of a job's result."""
        params = {"maxRecords": str(rows), **({"locator": locator} if locator else {})}
        return self.session.get_as(_bulk_page, f"{self._base}/jobs/query/{identity}/results", params, accept="text/csv")

    def bad(self, path: str, what: str) -> BadAnswer:
        """A BadAnswer that names account and path."""
        return BadAnswer(f"{self.session.account}: {self.session.base_url}{path} {what}")

    def _answer(self, question: Question) -> Any:
        told = self.together.take(question)
        return self.session.get(question.path, dict(question.params) or None) if told is None else told

    def _page(self, question: Question) -> RestPage:
        path = question.path
        body = self._object(path, self._answer(question))
        rows, total, following = body.get("records"), body.get("totalSize"), body.get("nextRecordsUrl")
        if not isinstance(rows, list) or not isinstance(total, int) or not all(isinstance(row, dict) for row in rows):
            raise self.bad(path, "answered without its records and totalSize")
        if body.get("done") is True:
            return RestPage(rows, None, total)
        if not isinstance(following, str) or not following.startswith("/services/data/"):
            raise self.bad(path, "is not done and names no next page of its own")
        return RestPage(rows, following, total)

    def _object(self, path: str, body: Any) -> Mapping[str, Any]:
        if not isinstance(body, dict):
            raise self.bad(path, "answered a list instead of an object")
        return body


def _bulk_page(answer: Answer) -> BulkPage:
    """Lines of a CSV, all of them: their number must be the one that the header names."""
    said = answer.headers.get("sforce-numberofrecords", "")
    if not said.isdigit():
        raise BrokenAnswer("answered a result without Sforce-NumberOfRecords")
    try:
        text = answer.body.replace(b"\0", b"").decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BrokenAnswer(f"answered no whole CSV ({error})") from None
    header, rows = (lines[0], lines[1:]) if lines else ([], [])
    if len(rows) != int(said):
        raise BrokenAnswer(f"answered {len(rows)} of {said} rows")
    if any(len(row) != len(header) for row in rows):
        raise BrokenAnswer(f"answered a line with other columns than the {len(header)} of its header")
    locator = answer.headers.get("sforce-locator", "null")
    return BulkPage(header, rows, None if locator in ("null", "") else locator)
