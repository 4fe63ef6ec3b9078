"""Connections side by side: a dead one, a broken one and one that hangs cost the others nothing."""

import threading
from datetime import UTC, datetime

from connectors.contract import SyncOutcome
from orchestration.syncing import Assignment, sync_all

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def good(name: str) -> SyncOutcome:
    return SyncOutcome(name, "files", "p1", "good", NOW, NOW, NOW, 5)


def test_one_that_hangs_is_left_behind_stale_and_the_others_are_good() -> None:
    never = threading.Event()

    def sync_one(name: str, _check: object) -> SyncOutcome:
        if name == "hung":
            never.wait()
        return good(name)

    assignments = [Assignment("hung", "files", 0.001), *(Assignment(f"c{i}", "files", 1) for i in range(5))]
    outcomes = sync_all(assignments, sync_one, clock=lambda: NOW, threads=2, patience=0.05)
    never.set()
    assert [o.connection for o in outcomes] == ["hung", "c0", "c1", "c2", "c3", "c4"]
    assert [o.state for o in outcomes] == ["stale"] + ["good"] * 5
    assert "max_minutes (0.001)" in outcomes[0].error
    assert "the night went on without it" in outcomes[0].error


def test_one_that_breaks_in_an_unforeseen_way_is_stale_with_the_reason() -> None:
    def sync_one(name: str, _check: object) -> SyncOutcome:
        if name == "broken":
            raise ZeroDivisionError("oh")
        return good(name)

    broken, fine = sync_all(
        [Assignment("broken", "files", 1), Assignment("fine", "files", 1)], sync_one, clock=lambda: NOW
    )
    assert (broken.state, fine.state) == ("stale", "good")
    assert broken.error == "broken: the sync broke off: ZeroDivisionError: oh"


def test_time_is_up_between_batches_and_never_more_than_so_many_at_once() -> None:
    running, most = 0, 0
    guard = threading.Lock()

    def sync_one(name: str, check) -> SyncOutcome:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        try:
            if name == "slow":
                while True:
                    check()
        finally:
            with guard:
                running -= 1
        return good(name)

    assignments = [Assignment("slow", "files", 0.0005), *(Assignment(f"c{i}", "files", 1) for i in range(8))]
    slow, *_ = sync_all(assignments, sync_one, clock=lambda: NOW, threads=3)
    assert slow.state == "stale"
    assert "goes on from where it stopped" in slow.error
    assert most <= 3
