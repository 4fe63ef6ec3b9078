"""Bulk API 2.0: query jobs, their way to completion, and results as CSV page by page."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from connectors.sandbox.salesforce.csvtext import csv_text
from connectors.sandbox.salesforce.errors import malformed, not_found, refused
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.query import Found, find
from connectors.sandbox.salesforce.words import record_id, rest_time
from connectors.sandbox.wire import Answer, RefusedError

State = Literal["UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"]
OVER: Final = ("JobComplete", "Failed", "Aborted")
LINE_ENDINGS: Final = {"LF": "\n", "CRLF": "\r\n"}
DELIMITERS: Final = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
PAGES_AT_ONCE: Final = 5


@dataclass(slots=True)
class Job:
    """A query job. `polls` says how often its state was asked for."""

    id: str
    operation: str
    found: Found | None
    kind: str
    version: str
    line_ending: str
    delimiter: str
    created: int
    state: State = "UploadComplete"
    error: str = ""
    polls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Jobs:
    """One account's query jobs."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def answer(self, method: str, rest: str, version: str, query: Mapping[str, str], body: dict[str, Any]) -> Answer:
        """Everything under /jobs/query."""
        if not rest:
            return self._create(body, version) if method == "POST" else self._list(version)
        identifier, _, what = rest.partition("/")
        job = self._jobs.get(identifier)
        if job is None:
            raise not_found()
        match method, what:
            case "GET", "":
                self._step(job)
                return Answer(200, self._told(job))
            case "PATCH", "":
                return self._abort(job, body)
            case "DELETE", "":
                self._jobs.pop(identifier, None)
                return Answer(204, b"")
            case "GET", "results":
                return self._results(job, query)
            case "GET", "resultPages":
                return self._pages(job)
        raise not_found()

    # -- jobs -------------------------------------------------------------------------------------------------

    def _create(self, body: dict[str, Any], version: str) -> Answer:
        operation, text = str(body.get("operation")), str(body.get("query") or "")
        ending, delimiter = str(body.get("lineEnding", "LF")), str(body.get("columnDelimiter", "COMMA"))
        if operation not in ("query", "queryAll"):
            raise refused(400, "INVALIDJOB", f"Unsupported operation: {operation}")
        if ending not in LINE_ENDINGS or delimiter not in DELIMITERS:
            raise refused(400, "INVALIDJOB", f"Unsupported lineEnding {ending} or columnDelimiter {delimiter}")
        error, found = "", None
        try:
            found = find(self.org, text, with_deleted=operation == "queryAll")
        except RefusedError as refusal:
            told = refusal.answer.content[0]
            if told["errorCode"] != "QUERY_TIMEOUT":
                raise
            error = f"{told['errorCode']}: {told['message']}"
        if found is not None and found.is_aggregate:
            raise refused(400, "API_ERROR", "Aggregate Relationships not supported in Bulk Query")
        knobs = self.org.knobs
        with self._lock:
            number = len(self._jobs) + 1
            if knobs.job_failed_every and number % knobs.job_failed_every == 0:
                error = "InternalServerError : Error encountered while processing query"
            kind = found.thing.name if found is not None else malformed_kind(text)
            job = Job(
                record_id("QueryJob", number), operation, found, kind, version, ending, delimiter, int(time.time())
            )
            job.error = error
            self._jobs[job.id] = job
        return Answer(200, self._told(job, brief=True))

    def _list(self, version: str) -> Answer:
        url = None
        records = [self._told(job, brief=True) for job in self._jobs.values() if job.version == version]
        return Answer(200, {"done": True, "nextRecordsUrl": url, "records": records})

    def _step(self, job: Job) -> None:
        """A job goes on each time that somebody asks how it stands."""
        with job.lock:
            if job.state in OVER:
                return
            job.polls += 1
            if job.polls <= self.org.knobs.bulk_polls:
                job.state = "InProgress"
            else:
                job.state = "Failed" if job.error else "JobComplete"

    def _abort(self, job: Job, body: dict[str, Any]) -> Answer:
        with job.lock:
            if body.get("state") != "Aborted" or job.state in OVER:
                raise refused(400, "INVALIDJOBSTATE", f"A job that is {job.state} can't become {body.get('state')}")
            job.state = "Aborted"
        return Answer(200, self._told(job, brief=True))

    def _told(self, job: Job, *, brief: bool = False) -> dict[str, Any]:
        at = rest_time(job.created)
        body: dict[str, Any] = {
            "id": job.id,
            "operation": job.operation,
            "object": job.kind,
            "createdById": self.org.users.machines["integration"].id,
            "createdDate": at,
            "systemModstamp": at,
            "state": job.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(job.version.removeprefix("v")),
            "lineEnding": job.line_ending,
            "columnDelimiter": job.delimiter,
        }
        if not brief:
            counted = len(job.found.numbers) if job.found is not None and job.state == "JobComplete" else 0
            body |= {"jobType": "V2Query", "numberRecordsProcessed": counted, "retries": 0, "totalProcessingTime": 334}
            if job.state == "Failed":
                body["errorMessage"] = job.error
        return body

    # -- results ----------------------------------------------------------------------------------------------

    def _delivered(self, job: Job) -> tuple[Found, int]:
        """A complete job's records, and how many of them arrive."""
        if job.state != "JobComplete" or job.found is None:
            raise refused(400, "INVALIDJOBSTATE", f"The results of job {job.id} are not available: it is {job.state}")
        return job.found, max(0, len(job.found.numbers) - self.org.knobs.lose_bulk_rows)

    def _results(self, job: Job, query: Mapping[str, str]) -> Answer:
        found, total = self._delivered(job)
        knobs = self.org.knobs
        wanted, locator = query.get("maxRecords", ""), query.get("locator", "")
        if (wanted and not wanted.isdigit()) or (locator and _place(locator) is None):
            raise refused(400, "INVALID_QUERY_LOCATOR", f"invalid maxRecords {wanted!r} or locator {locator!r}")
        start = _place(locator) or 0
        end = min(total, start + min(int(wanted or knobs.bulk_page_rows) or 1, knobs.bulk_page_rows))
        with self.org.lock:
            rows = self.org.rows(found.thing.name, found.numbers[start:end])
            text, count = csv_text(
                found, rows, DELIMITERS[job.delimiter], LINE_ENDINGS[job.line_ending], nul_bytes=knobs.nul_bytes
            )
        following = _locator(end) if end < total else "null"
        if knobs.repeat_locator and locator:
            following = locator
        headers = {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(count)}
        return Answer(200, text.encode(), headers, "text/csv")

    def _pages(self, job: Job) -> Answer:
        """Links to all pages of a complete job, for who reads several at once."""
        _, total = self._delivered(job)
        size = self.org.knobs.bulk_page_rows
        base = f"/services/data/{job.version}/jobs/query/{job.id}/results"
        starts = range(0, max(total, 1), size)
        links = [{"resultUrl": f"{base}?locator={_locator(start)}" if start else base} for start in starts]
        return Answer(200, {"resultPages": links, "nextRecordsUrl": None, "done": True})


def _locator(start: int) -> str:
    """Where a page begins, as an opaque word."""
    return f"MTA{start:X}"


def _place(locator: str) -> int | None:
    try:
        return int(locator.removeprefix("MTA"), 16) if locator.startswith("MTA") else None
    except ValueError:
        return None


def malformed_kind(text: str) -> str:
    """The object of a query that could not be carried out."""
    words = text.split()
    upper = [word.upper() for word in words]
    if "FROM" not in upper[:-1]:
        raise malformed("unexpected token: '<EOF>'")
    return words[upper.index("FROM") + 1]
