"""Which watermark counts, for every way a sync can go. The table in each test is the rule, written by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import SyncOutcome
from orchestration.manifest import ConnectionReading, Manifest
from orchestration.readings import fall_back, outcomes_told, read_to

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, 2, tzinfo=UTC)


def outcome(day: int, state: str, watermark: int | None = None, pass_id: str | None = None) -> SyncOutcome:
    began = START + day * DAY
    judged = began if watermark is not None else None
    return SyncOutcome("acme", "hubspot", pass_id or f"p{day}", state, began, began + DAY / 24, judged, watermark)


HISTORY = [outcome(1, "good", 100), outcome(2, "stale")]


@pytest.mark.parametrize(
    ("latest", "history", "state", "watermark", "judged_day"),
    [
        (outcome(3, "good", 300), HISTORY, "good", 300, 3),
        (outcome(3, "stale"), HISTORY, "stale", 100, 1),
        (outcome(3, "stale", 250), HISTORY, "stale", 100, 1),  # half a sync counts for nothing, whatever it says
        (outcome(3, "stale"), [], "stale", None, None),
        (outcome(3, "backfilling"), [], "backfilling", None, None),
        (None, [], "backfilling", None, None),
    ],
)
def test_only_whole_syncs_are_read(latest, history, state, watermark, judged_day) -> None:
    judged = None if judged_day is None else START + judged_day * DAY
    assert read_to("acme", "hubspot", latest, history) == ConnectionReading("acme", "hubspot", state, watermark, judged)


def test_a_held_connection_goes_back_to_the_last_published_night_or_out() -> None:
    tonight = ConnectionReading("acme", "hubspot", "good", 300, START)
    before = ConnectionReading("acme", "hubspot", "good", 100, START - DAY)
    published = Manifest("n", START - DAY, (before,))
    assert fall_back(tonight, published) == ConnectionReading("acme", "hubspot", "held", 100, START - DAY)
    assert fall_back(tonight, None) == ConnectionReading("acme", "hubspot", "held", None, None)
    same = Manifest("n", START, (tonight,))
    assert fall_back(tonight, same).watermark is None, "falling back to what failed would hold nothing"


def test_told_passes_never_repeat_and_always_hold_the_one_that_is_read() -> None:
    reading = ConnectionReading("acme", "hubspot", "stale", 100, START + DAY)
    told = outcomes_told([reading], {"acme": HISTORY[1]}, {"acme": HISTORY})
    assert [(o["pass_id"], o["state"], o["watermark"]) for o in told] == [("p1", "good", 100), ("p2", "stale", None)]
    long_stale = [HISTORY[0], *(outcome(day, "stale") for day in range(2, 9))]
    told = outcomes_told([reading], {"acme": long_stale[-1]}, {"acme": long_stale}, passes_kept=2)
    assert [o["pass_id"] for o in told] == ["p1", "p7", "p8"]
