"""The connector against the sandbox's sockets: the same deals arrive whatever the server does on the way."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from connectors.contract import BadAnswer, QuotaExhausted, Unreachable
from connectors.hubspot.open import open_connector
from connectors.lake import Lake
from connectors.sandbox import (
    DEFAULT_NOW,
    AddContact,
    Archive,
    Knobs,
    LogActivity,
    Merge,
    MoveStage,
    Organisation,
    Vanish,
    start_sandbox,
)
from connectors.sync import sync_connection
from tests.connectors.http_fakes import Hands
from tests.connectors.hubspot.fake_hubspot import TOKEN, read_all, settings

ORGANISATION = Organisation(seed=11, deals=150)
HOUR = timedelta(hours=1)


class Account:
    """A sandbox portal and our connection to it, both on a clock that moves only when somebody sleeps."""

    def __init__(self, **knobs) -> None:
        self.hands = Hands()
        self.sandbox = start_sandbox({TOKEN: ORGANISATION}, Knobs(**knobs), clock=lambda: self.hands.now)

    def connect(self, **options):
        entry = settings(base_url=self.sandbox.url, options=options)
        return open_connector(entry, {"EMEA_TOKEN": TOKEN}, lambda: DEFAULT_NOW, timing=self.hands.timing())

    def everything(self):
        connector = self.connect()
        try:
            return {
                s.name: [(r.id, r.is_deleted, r.payload) for r in read_all(connector, s.name)]
                for s in connector.streams()
            }
        finally:
            connector.close()


@pytest.fixture
def account():
    made: list[Account] = []

    def make(**knobs) -> Account:
        made.append(Account(**knobs))
        return made[-1]

    yield make
    for each in made:
        each.sandbox.close()


def test_all_objects_of_the_truth_arrive(account):
    read = account().everything()
    truth = list(ORGANISATION.truth())
    for where, deleted in (("live", False), ("archived", True)):
        expected = {deal.deal_id for deal in truth if deal.whereabouts == where}
        assert {i for i, is_deleted, _ in read["deals"] if is_deleted is deleted} == expected
    objects = ORGANISATION.summary().objects
    for kind in ("meetings", "calls", "emails", "quotes", "line_items"):
        assert len(read[kind]) == objects[kind], kind
    assert len(read["associations:meetings:deals"]) > 0


@pytest.mark.parametrize(
    "fault",
    [
        {"too_many_every": 5},
        {"too_many_every": 5, "retry_after_seconds": 2},
        {"server_error_every": 4},
        {"reset_every": 4},
        {"truncate_every": 4},
        {"html_every": 4},
        {"server_error_every": 7, "reset_every": 5, "truncate_every": 6, "too_many_every": 9},
    ],
    ids=str,
)
def test_what_goes_wrong_on_the_way_changes_nothing_that_arrives(account, fault):
    assert account(**fault).everything() == account().everything()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"server_error_every": 1}, Unreachable),
        ({"reset_every": 1}, Unreachable),
        ({"truncate_every": 1}, BadAnswer),
        ({"too_many_every": 1}, QuotaExhausted),
        ({"repeat_cursor": True}, BadAnswer),
        ({"per_day": 10}, QuotaExhausted),
    ],
    ids=str,
)
def test_what_never_ends_ends_in_a_named_error_without_the_token(account, fault, error):
    with pytest.raises(error, match="emea") as caught:
        account(**fault).everything()
    assert "canary" not in str(caught.value)


def test_a_true_limiter_is_never_exceeded_and_well_used(account):
    there = account(per_ten_seconds=110, searches_per_second=5)
    began = there.hands.now
    connector = there.connect()
    for stream in connector.streams() * 6:
        read_all(connector, stream.name)
        connector.count(stream)
    # No 429 came: each would have been waited for with 10 s (policy) or 1 s (search).
    assert max(there.hands.slept, default=0) < 1.0
    assert connector.traffic.requests / (there.hands.now - began) > 5


def test_nights_after_edits_that_move_no_date_hold_what_the_portal_shows(account, tmp_path):
    there, lake = account(), Lake(tmp_path)

    def night(hours: float):
        connector = there.connect()
        outcome = sync_connection(connector, lake, clock=lambda: DEFAULT_NOW + hours * HOUR)
        connector.close()
        assert outcome.state == "good", outcome.error
        return {i: orjson.loads(payload) for i, payload in lake.payloads("hubspot/deals", "emea")}

    before = night(0)
    ids = sorted(before)
    opened = [i for i in ids if before[i]["properties"]["dealstage"] == "appointmentscheduled"]
    edits = [
        MoveStage(ids[0], "closedlost"),
        LogActivity(ids[2]),
        Archive(ids[3]),
        Vanish(ids[4]),
        AddContact(opened[0]),
    ]
    for edit in edits:
        there.sandbox.apply(TOKEN, edit)
    survivor = there.sandbox.apply(TOKEN, Merge(ids[6], ids[7]))
    after = night(3)
    assert set(after) == set(before) - {ids[3], ids[4], ids[6], ids[7]} | {survivor}
    assert after[ids[0]]["properties"]["dealstage"] == "closedlost"
    contacts = [int(deal[opened[0]]["properties"]["num_associated_contacts"]) for deal in (before, after)]
    assert contacts[1] == contacts[0] + 1
    there.hands.now += 3600
    assert night(6) == after
