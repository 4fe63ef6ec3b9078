"""How many requests may leave, and when: the day's reserve and the bucket."""

from __future__ import annotations

import pytest

from connectors.contract import (
    QuotaExhausted,
)
from connectors.http.bucket import Limits, TokenBucket
from connectors.http.quota import DailyQuota
from connectors.http.session import MAIN
from tests.connectors.http_fakes import GOOD, Plain, script, session


def test_the_day_s_reserve_is_left_for_others():
    class Daily(Plain):
        def limits(self, answer):
            return Limits(per_day=1000, day_remaining=int(answer.headers["left"]))

    http, adapter, _ = session(
        script((200, {}, {"left": "101"}), (200, {}, {"left": "100"})), dialect=Daily(), quota=DailyQuota(0.1)
    )
    http.get("/a")
    http.get("/b")
    with pytest.raises(QuotaExhausted, match="100 requests are left of today's 1000"):
        http.get("/c")
    assert len(adapter.sent) == 2


def _allowed_in_any(times: list[float], seconds: float) -> int:
    return max(sum(1 for other in times if at <= other < at + seconds) for at in times)


@pytest.mark.parametrize(("limits", "start"), [((110, 10.0, 11), (100, 10)), ((5, 1.0, None), (5, 1))])
def test_no_window_sees_more_than_its_allowance_and_most_of_it_is_used(limits, start):
    now = [0.0]
    bucket = TokenBucket(*start, lambda: now[0])
    bucket.learn(Limits(per_window=limits[0], window_seconds=limits[1], per_second=limits[2]))
    times = []
    while now[0] < 60:
        now[0] += bucket.take()
        times.append(now[0])
    assert _allowed_in_any(times, limits[1]) <= limits[0]
    if limits[2]:
        assert _allowed_in_any(times, 1.0) <= limits[2]
    assert len(times) / now[0] >= 0.8 * limits[0] / limits[1]


def test_the_bucket_heeds_what_others_used_and_pauses_for_everybody():
    now = [0.0]
    bucket = TokenBucket(100, 10, lambda: now[0])
    assert [bucket.take() for _ in range(10)] == [0.0] * 10
    assert bucket.take() > 0
    now[0] += 60
    bucket.learn(Limits(remaining=0))
    assert bucket.take() > 0
    now[0] += 60
    bucket.pause(5)
    assert bucket.take() == pytest.approx(5, abs=0.01)
    assert bucket.take() > 5


def test_lanes_are_limited_apart():
    hands_session = session(script(GOOD))
    http, _, hands = hands_session
    http._lanes = {MAIN: TokenBucket(1000, 1, lambda: hands.now), "search": TokenBucket(5, 1, lambda: hands.now)}
    for _ in range(10):
        http.get("/a")
    assert hands.slept == []
    for _ in range(10):
        http.post("/search", {}, lane="search")
    assert hands.now - 1000 == pytest.approx(9 / 4.5)
