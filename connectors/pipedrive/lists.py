"""Reading the lists of deals and activities: everything the first time, afterwards what changed.

Here belong the phases of a list and their positions. Archived deals are live ones that people hid; deleted ones are
listed for thirty days, and since nothing says that a deletion moves a deal's time, that list is read whole each pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connectors.contract import Page, Record
from connectors.http.ahead import Workers, chained
from connectors.http.paging import Onward
from connectors.pipedrive import costs
from connectors.pipedrive.api import Listed, Object, PipedriveApi
from connectors.pipedrive.dialect import NotUnderstood
from connectors.pipedrive.met import MetDeals

Position = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Phase:
    """One list to walk. `by_time`: only what changed, oldest change first; else all, by id."""

    name: str
    endpoint: str
    status: str | None = None
    by_time: bool = True


DEAL_PHASES = (
    Phase("live", costs.DEALS),
    Phase("archived", costs.ARCHIVED),
    Phase("deleted", costs.DEALS, status="deleted", by_time=False),
    Phase("deleted_archived", costs.ARCHIVED, status="deleted", by_time=False),
)
ACTIVITY_PHASES = (Phase("all", costs.ACTIVITIES),)


@dataclass(slots=True)
class ListReader:
    """Walks the phases of one stream."""

    api: PipedriveApi
    workers: Workers
    phases: Sequence[Phase]
    params: Mapping[str, str]
    overlap: timedelta
    record: Callable[[Object], Record]
    met: MetDeals | None = None

    def pages(self, position: Position, synced_to: datetime | None) -> Iterator[Page]:
        """All pages of the stream from `position` on."""
        names = [phase.name for phase in self.phases]
        if position.get("phase") not in names:
            position = {}
        from_beginning = not position
        if self.met:
            self.met.begin()
        first = names.index(position["phase"]) if position else 0
        for place, phase in enumerate(self.phases[first:], first):
            for listed in self.walk(phase, synced_to, position.get("cursor")):
                if self.met:
                    self.met.add(listed.things)
                last = listed.cursor is None and place + 1 == len(names)
                if last and from_beginning and self.met:
                    self.met.end(synced_to)
                yield Page([self.record(thing) for thing in listed.things], _after(names, place, listed), last=last)
            position = {}

    def walk(self, phase: Phase, synced_to: datetime | None, cursor: str | None = None) -> Iterator[Listed]:
        """The pages of one phase. A cursor of an earlier night that Pipedrive no longer knows begins it anew."""
        params = self._asked(phase, synced_to)
        bad = partial(self.api.bad, phase.endpoint)
        onward = Onward(bad, cursor)
        anew = False

        def following(page: Listed) -> str | None:
            onward.check(page.cursor, ((thing.get("id"), thing.get("update_time")) for thing in page.things))
            return page.cursor

        def fetch(after: str | None) -> Listed:
            nonlocal anew, onward
            try:
                return replace(self.api.page(phase.endpoint, params, after), anew=anew)
            except NotUnderstood:
                if anew or after is None or after != cursor:
                    raise
            anew = True
            onward = Onward(bad)  # the pages up to the old cursor come once more, and so does that cursor
            return replace(self.api.page(phase.endpoint, params, None), anew=True)

        return chained(self.workers, fetch, following, cursor)

    def changed(self, synced_to: datetime | None) -> Iterator[Object]:
        """Everything live that changed since, without records: after a restart."""
        for phase in self.phases:
            if phase.status is None:
                for listed in self.walk(phase, synced_to):
                    yield from listed.things

    def ids(self) -> Iterator[str]:
        """Ids of everything that is not deleted."""
        for phase in self.phases:
            if phase.status is None:
                for listed in self.walk(phase, None):
                    yield from (str(thing["id"]) for thing in listed.things)

    def _asked(self, phase: Phase, synced_to: datetime | None) -> dict[str, str]:
        params = dict(self.params)
        if phase.status is not None:
            params["status"] = phase.status
        if synced_to is None or not phase.by_time:
            return {**params, "sort_by": "id"}
        # Pipedrive takes no fraction of a second, and the first second counts as a whole.
        since = (synced_to - self.overlap).astimezone(UTC)
        return {**params, "sort_by": "update_time", "updated_since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _after(names: Sequence[str], place: int, listed: Listed) -> dict[str, str]:
    if listed.cursor is not None:
        again = {"anew": "yes"} if listed.anew else {}
        return {"phase": names[place], "cursor": listed.cursor, **again}
    return {"phase": names[place + 1]} if place + 1 < len(names) else {"phase": names[place], "end": "yes"}
