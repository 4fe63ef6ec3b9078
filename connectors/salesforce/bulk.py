"""Bulk API 2.0 query jobs: begin one, wait for it, and take its result in parts.

Here belongs the life of a job. Which query is one, and where a walk stands, is reader.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.contract import BadAnswer, ConnectorError, MissingScopeError, Unreachable
from connectors.http.ahead import Workers, chained
from connectors.http.paging import Onward
from connectors.http.retry import Timing
from connectors.salesforce.api import BulkPage, SalesforceApi
from connectors.salesforce.dialect import meaning_of
from connectors.salesforce.options import SalesforceOptions
from connectors.salesforce.refusals import CursorGone, JobFailed

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0


@dataclass(slots=True)
class BulkJobs:
    """The Bulk jobs of one connection."""

    api: SalesforceApi
    options: SalesforceOptions
    timing: Timing
    workers: Workers

    def begin(self, soql: str) -> str:
        """Start a job; returns its id, by which a later attempt finds it again (results are kept for a week)."""
        return self.api.create_job(soql)

    def parts(self, job: str, locator: str | None, rows: int) -> Iterator[tuple[BulkPage, int]]:
        """Parts of a job's result from `locator` on, each with the number of rows so far; the next is under way then.

        Raises CursorGone when the job is no longer kept, JobFailed or what the job's error means when it failed.
        """
        try:
            expected = self._wait(job)
            onward = Onward(lambda what: BadAnswer(f"{self.api.session.account}: Bulk job {job} {what}"), locator)
            for page in chained(
                self.workers,
                lambda at: self.api.results(job, at, self.options.bulk_page_rows),
                lambda page: page.locator,
                locator,
            ):
                rows += len(page.lines)
                if rows > expected or (page.locator is None and rows < expected):
                    raise BadAnswer(
                        f"{self.api.session.account}: Bulk job {job} gave {rows} rows and counts {expected} itself"
                    )
                onward.check(page.locator, map(tuple, page.lines))
                yield page, rows
        except MissingScopeError as gone:
            if job not in str(gone):
                raise
            raise CursorGone(str(gone)) from None

    def _wait(self, job: str) -> int:
        """Ask until it is done, soon at first; returns the number of its rows."""
        pause, began = FIRST_WAIT, self.timing.monotonic()
        while True:
            state = self.api.job(job)
            if state["state"] == "JobComplete":
                return _rows_of(self.api, job, state)
            if state["state"] in ("Failed", "Aborted"):
                raise self._failure(job, state)
            waited = self.timing.monotonic() - began
            if waited + pause > self.options.bulk_wait.total_seconds():
                raise Unreachable(
                    f"{self.api.session.account}: Bulk job {job} is still {state['state']} after {waited:.0f} s; the "
                    "next sync goes on waiting for it. Raise bulk_wait_minutes if this repeats."
                )
            self.timing.sleep(pause)
            pause = min(2 * pause, LONGEST_WAIT)

    def _failure(self, job: str, state: Mapping[str, Any]) -> ConnectorError:
        said = " ".join(str(state.get("errorMessage") or "no reason told").split())[:300]
        place = f"{self.api.session.account}: Bulk job {job} on {state.get('object', 'an object')} {state['state']}"
        meaning = meaning_of(said.split(":", 1)[0].strip(), f"{place}: {said}")
        if isinstance(meaning, ConnectorError):
            return meaning
        return JobFailed(f"{place}: {said}. Salesforce shows it under Setup, Bulk Data Load Jobs.")


def _rows_of(api: SalesforceApi, job: str, state: Mapping[str, Any]) -> int:
    rows = state.get("numberRecordsProcessed")
    if not isinstance(rows, int):
        raise BadAnswer(f"{api.session.account}: Bulk job {job} is complete without numberRecordsProcessed")
    return rows
