"""The reference's own reading of days and of moments, where the models' was right and the reference erred."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.reference.answers import answers
from tests.reference.days import Days
from tests.reference.path import visits
from tests.reference.process import Process, Response, Stage, Term, Variant, Version
from tests.reference.rows import Activity, Deal, StageChange, Surroundings


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


ANY = (Variant({}),)
CALL = Term("activity", None, None, 1, 1, None, None, None, False, ANY)
ENTRY = Term("stage", None, None, 1, 1, None, None, "b", False, ANY)
DUTY = Response("r", True, 0, None, (CALL,), (ENTRY,))
STAGES = (Stage("a", 1, None, False), Stage("b", 2, None, False))
PROCESS = Process((Version(1, at("1900-01-01"), None, frozenset({"new"}), STAGES, {}, (), {"r": DUTY}),), 0, 0)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC"])
@pytest.mark.parametrize(("day", "state"), [("2024-05-31", "fulfilled"), ("2024-06-01", "late")])
def test_an_entry_known_by_its_day_answers_what_was_asked_on_it(zone: str, day: str, state: str) -> None:
    days = Days(ZoneInfo(zone), lambda _: True)
    deal = Deal("c", "c:1", at("2024-05-01T09:00:00"), at("2024-06-29T09:00:00"))
    deal.stage_changes = [
        StageChange("1", "a", "a", at("2024-05-01T09:00:00")),
        StageChange("2", "b", "b", at(day), precision="day"),
    ]
    deal.activities = [Activity("1", "call", at("2024-05-31T19:19:28"), outcome="completed")]
    around = Surroundings({"activities": None, "stage_changes": None})
    path = visits(deal, PROCESS, days)
    found = {one.state for one in answers(deal, path, PROCESS, days, around)}
    assert found == {state}


def test_two_of_the_crm_s_stages_entered_at_once_are_the_entry_of_the_first_by_id() -> None:
    """Though the CRM shows the deal in that one of the two that comes first by its id."""
    deal = Deal("c", "c:1", at("2024-05-01T09:00:00"), at("2024-06-29T09:00:00"), stage_id="b")
    deal.stage_changes = [
        StageChange("1", "a", "a", at("2024-05-01T09:00:00")),
        StageChange("2", "b", "b", at("2024-05-01T09:00:00"), actor_id="u1"),
        StageChange("3", "b'", "b", at("2024-05-01T09:00:00"), actor_id="u2"),
    ]
    path = visits(deal, PROCESS, Days(ZoneInfo("UTC"), lambda _: True))
    assert [(visit.stage_key, visit.actor_id) for visit in path] == [("a", None), ("b", "u1")]
