"""Requests under way at once: their order, their errors, and that nobody waits for a server that hangs."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from connectors.contract import ConnectorError
from connectors.http.ahead import Workers, chained, in_order
from tests.connectors.http_fakes import script, session


@pytest.fixture
def workers():
    made = Workers(4, "test")
    yield made
    made.close()


def test_results_come_in_the_order_of_asking_and_no_more_than_asked_for_are_under_way(workers):
    gate, started = threading.Event(), []

    def job(n):
        def run():
            started.append(n)
            if n == 0:
                gate.wait(5)
            return n

        return run

    results = in_order(workers, (job(n) for n in range(20)), 4)
    threading.Timer(0.05, gate.set).start()
    assert next(results) == 0
    assert len(started) <= 4
    assert list(results) == list(range(1, 20))


def test_the_next_page_is_asked_for_before_this_one_is_used(workers):
    asked = []
    more = threading.Event()

    def fetch(after):
        asked.append(after)
        if after == 1:
            more.set()
        return (after or 0) + 1

    pages = chained(workers, fetch, lambda page: page if page < 3 else None, None)
    assert next(pages) == 1
    assert more.wait(5)
    assert list(pages) == [2, 3]
    assert asked == [None, 1, 2]


def test_an_error_is_raised_in_its_place(workers):
    def fail():
        raise ConnectorError("no")

    results = in_order(workers, [lambda: 1, fail, lambda: 3], 4)
    assert next(results) == 1
    with pytest.raises(ConnectorError, match="no"):
        next(results)


def test_a_hanging_request_does_not_keep_the_process_alive():
    code = (
        "import threading; from connectors.http.ahead import Workers\n"
        "w = Workers(2, 'x'); w.submit(threading.Event().wait); print('ended')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "ended\n"


def test_after_closing_nothing_is_sent_or_started(workers):
    workers.close()
    with pytest.raises(RuntimeError):
        workers.submit(lambda: 1)
    http, adapter, _ = session(script((200, {})))
    http.close()
    with pytest.raises(ConnectorError, match="the sync has ended"):
        http.get("/x")
    assert adapter.sent == []
