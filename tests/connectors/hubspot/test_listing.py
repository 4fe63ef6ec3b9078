"""A list is read whole and in order, whatever becomes of the pages that were asked for early."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

import pytest

from connectors.contract import BadAnswer
from connectors.http.ahead import Workers
from connectors.hubspot.api import Answered
from connectors.hubspot.catalogue import ObjectKind
from connectors.hubspot.listing import MOST_MISSES, Listing

DEALS = ObjectKind("deals", (), history=("dealstage",))
AHEAD = 3


@dataclass
class Portal:
    """Ids behind a list of 50 a page and a search that may not know all of them; `opaque` cursors are no ids."""

    ids: list[int]
    unknown_to_search: set[int] = field(default_factory=set)
    opaque: bool = False
    calls: Counter = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def list_objects(self, kind: ObjectKind, after: str | None, *, archived: bool) -> Answered:
        with self.lock:
            self.calls["list"] += 1
        if self.opaque and after and not after.startswith("p"):
            raise BadAnswer(f"unknown cursor {after}")
        above = int((after or "0").removeprefix("p"))
        found = [number for number in self.ids if number > above]
        page, more = found[: kind.page_size], len(found) > kind.page_size
        cursor = f"{'p' if self.opaque else ''}{page[-1]}" if more else None
        return Answered([{"id": str(number)} for number in page], cursor)

    def search(self, kind: str, filters: list[dict], **rest: object) -> Answered:
        with self.lock:
            self.calls["search"] += 1
        above = int(filters[0]["value"]) if filters else 0
        found = [number for number in self.ids if number > above and number not in self.unknown_to_search]
        return Answered([{"id": str(number)} for number in found[:200]], "200" if len(found) > 200 else None)

    def bad(self, path: str, what: str) -> BadAnswer:
        return BadAnswer(f"{path} {what}")


@pytest.fixture
def workers():
    made = Workers(4, "test")
    yield made
    made.close()


def walk(
    portal: Portal, workers: Workers, *, after: str | None = None, archived: bool = False, wait: float = 0.0
) -> list[int]:
    listing = Listing(portal, DEALS, workers, archived, ahead=AHEAD, guess_from_wait=wait)
    return [int(thing["id"]) for page in listing.pages(after) for thing in page.objects]


def test_every_object_comes_once_and_in_order_and_no_page_is_asked_twice(workers):
    portal = Portal([7 * number for number in range(1, 2_331)])
    assert walk(portal, workers) == portal.ids
    assert portal.calls["list"] == 47
    assert portal.calls["search"] == 11


def test_a_short_list_is_not_guessed_at(workers):
    portal = Portal(list(range(1, 201)))
    assert walk(portal, workers) == portal.ids
    assert portal.calls == {"list": 4}


def test_where_answers_are_quick_nothing_is_guessed(workers):
    portal = Portal(list(range(1, 2_001)))
    assert walk(portal, workers, wait=60.0) == portal.ids
    assert portal.calls == {"list": 40}


@pytest.mark.parametrize("unknown", [{500}, set(range(500, 900, 7)), set(range(300, 3_000)), {2_000}])
def test_what_the_search_does_not_know_is_read_all_the_same(workers, unknown):
    portal = Portal(list(range(1, 2_001)), unknown_to_search=unknown)
    assert walk(portal, workers) == portal.ids
    assert portal.calls["list"] <= 40 + 40 * AHEAD


def test_what_only_the_search_still_knows_changes_nothing(workers):
    known = Portal(list(range(1, 2_001)))
    portal = Portal([number for number in known.ids if number % 90])
    portal.search = known.search
    assert walk(portal, workers) == portal.ids


def test_cursors_that_are_no_ids_are_followed_as_they_are(workers):
    portal = Portal(list(range(1, 2_001)), opaque=True)
    assert walk(portal, workers) == portal.ids
    assert portal.calls == {"list": 40}


def test_guessing_ends_where_it_never_helps(workers):
    known = Portal([number + 1_000_000 for number in range(1, 2_001)])
    portal = Portal(list(range(1, 2_001)))
    portal.search = known.search
    assert walk(portal, workers) == portal.ids
    assert portal.calls["list"] <= 40 + MOST_MISSES * AHEAD


def test_a_walk_goes_on_from_its_cursor(workers):
    portal = Portal(list(range(1, 2_001)))
    assert walk(portal, workers, after="1234") == list(range(1_235, 2_001))


def test_the_archived_are_listed_without_a_search_which_does_not_know_them(workers):
    portal = Portal(list(range(1, 1_001)))
    assert walk(portal, workers, archived=True) == portal.ids
    assert portal.calls == {"list": 20}


def test_a_cursor_that_comes_twice_ends_the_walk(workers):
    portal = Portal(list(range(1, 2_001)))
    plain = portal.list_objects

    def list_objects(kind, after, *, archived):
        return Answered(plain(kind, after, archived=archived).objects, "50")

    portal.list_objects = list_objects
    with pytest.raises(BadAnswer, match="repeats the page after '50'"):
        walk(portal, workers)


def test_an_early_page_that_failed_and_was_not_needed_harms_nobody(workers):
    portal = Portal(list(range(1, 2_001)), unknown_to_search={333})
    plain, wrong = portal.list_objects, []

    def list_objects(kind, after, *, archived):
        if after and int(after) % 50:
            wrong.append(after)
            raise BadAnswer("no such cursor")
        return plain(kind, after, archived=archived)

    portal.list_objects = list_objects
    assert walk(portal, workers) == portal.ids
    assert wrong
