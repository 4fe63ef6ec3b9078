"""Bulk jobs: cut, forgotten, failed, too slow, or telling other than they count."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from connectors.contract import BadAnswer, ConnectorError
from connectors.salesforce.refusals import JobFailed
from tests.connectors.http_fakes import Hands
from tests.connectors.salesforce.fake_salesforce import (
    START,
    FakeSalesforce,
    connect,
    error,
    everything,
    ids,
    read_all,
    read_pages,
    stream,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def fake() -> FakeSalesforce:
    return FakeSalesforce()


def test_a_whole_object_that_takes_too_long_in_order_may_be_had_without_any(fake):
    fake.deals(25)
    fake.faults = [("queryAll", error(400, "QUERY_TIMEOUT"))]
    connector = connect(fake)
    assert set(ids(read_all(connector, "opportunities"))) == everything(fake)
    assert fake.calls["job"] == 1
    assert connector.notes(stream(connector, "opportunities")) == []


def test_a_bulk_job_that_was_cut_is_found_again(fake):
    fake.deals(25)
    fake.page = 1
    options = {"bulk_from_rows": 5, "bulk_page_rows": 10}
    pages = read_pages(connect(fake, options=options), "opportunities")
    assert [len(page.records) for page in pages] == [0, 10, 10, 5, 0]
    for place in range(len(pages) - 1):
        fake.calls.clear()
        rest = read_all(connect(fake, options=options), "opportunities", position=pages[place].position)
        before = [record for page in pages[: place + 1] for record in page.records]
        assert sorted([*ids(before), *ids(rest)]) == sorted(everything(fake))
        assert fake.calls["job"] == 0


def test_a_job_that_is_no_longer_kept_is_begun_anew(fake):
    fake.deals(25)
    fake.page = 1
    position = {"phase": "rows", "windows": [[None, None]], "job": "750gone", "rows": 10, "locator": "10"}
    read = read_all(connect(fake, options={"bulk_from_rows": 5}), "opportunities", position=position)
    assert set(ids(read)) == everything(fake)


def test_jobs_are_asked_after_soon_and_then_ever_less_often(fake):
    fake.deals(5)
    fake.page = 1
    fake.polls = 4
    hands = Hands()
    read_all(connect(fake, hands, options={"bulk_from_rows": 1}), "opportunities")
    assert hands.slept == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize("bulk_from", [1, 2000])
def test_a_query_that_takes_too_long_is_halved_until_it_does_not(fake, bulk_from):
    fake.deals(40, step=HOUR)
    fake.page = 1
    fake.slow = timedelta(hours=9)
    connector = connect(fake, options={"bulk_from_rows": bulk_from})
    read = read_all(connector, "opportunities")
    assert sorted(ids(read)) == sorted(everything(fake))
    assert any("smaller parts" in note for note in connector.notes(stream(connector, "opportunities")))


def test_a_second_that_takes_too_long_is_named(fake):
    fake.deals(2, step=timedelta(0))
    fake.slow = timedelta(seconds=-1)
    with pytest.raises(ConnectorError, match=r"emea.*one second.*index"):
        read_all(connect(fake), "opportunities")


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_that_failed_is_named(fake, state):
    fake.deals(5)
    fake.page = 1
    fake.job_state = {"state": state, "errorMessage": "ODD: something", "object": "Opportunity"}
    with pytest.raises(JobFailed, match=f"emea.*Opportunity {state}: ODD"):
        read_all(connect(fake, options={"bulk_from_rows": 1}), "opportunities")


def test_a_job_that_counts_more_rows_than_it_gives_is_refused(fake):
    fake.deals(5)
    fake.page = 1
    fake.job_state = {"numberRecordsProcessed": 6}
    with pytest.raises(BadAnswer, match="gave 5 rows and counts 6"):
        read_all(connect(fake, options={"bulk_from_rows": 1}), "opportunities")


@pytest.mark.parametrize(
    "broken",
    [
        (200, b'"Id","Name"\n"1","x', {"Sforce-NumberOfRecords": "1", "Sforce-Locator": "null"}),
        (200, b'"Id"\n', {"Sforce-NumberOfRecords": "5", "Sforce-Locator": "null"}),
        (200, b"<html>maintenance</html>", {}),
        (200, b'"Id"\n"1","2"\n', {"Sforce-NumberOfRecords": "1"}),
        (503, [{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}]),
        (406, b""),
    ],
    ids=["half", "too few", "html", "columns", "busy", "406"],
)
def test_a_broken_result_is_fetched_again(fake, broken):
    fake.deals(5)
    fake.page = 1
    fake.faults = [("/results", broken)]
    read = read_all(connect(fake, options={"bulk_from_rows": 1}), "opportunities")
    assert set(ids(read)) == everything(fake)


def test_nul_bytes_in_a_result_are_dropped(fake):
    deal = fake.put("Opportunity", 1, START, Name="a\0b")
    fake.put("Opportunity", 2, START, Name="c")
    fake.page = 1
    read = read_all(connect(fake, options={"bulk_from_rows": 1}), "opportunities")
    assert [orjson.loads(r.payload)["Name"] for r in read if r.id == deal] == ["ab"]


def test_a_bulk_part_that_comes_again_under_another_locator_is_refused(fake):
    fake.deals(25)
    fake.page = 1
    part = b"Id,SystemModstamp\n006A,2026-03-01T00:00:00.000Z\n006B,2026-03-01T00:00:00.000Z\n"
    headers = {"Sforce-NumberOfRecords": "2", "content-type": "text/csv"}
    fake.faults = [("/results", (200, part, {**headers, "Sforce-Locator": f"L{n}"})) for n in range(9)]
    with pytest.raises(BadAnswer, match="gives 2 rows once more under another cursor"):
        read_all(connect(fake, options={"bulk_from_rows": 1}), "opportunities")
    assert len(fake.faults) >= 6
    fake.faults = [("/results", (200, part, {**headers, "Sforce-Locator": "L1"}))] * 2
    fake.job_state = {"numberRecordsProcessed": 1}
    with pytest.raises(BadAnswer, match="gave 2 rows and counts 1 itself"):
        read_all(connect(fake, options={"bulk_from_rows": 1}), "opportunities")
