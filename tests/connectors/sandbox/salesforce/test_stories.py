"""What an outsider reads of the simulated org over plain HTTP is the truth of its stories."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import pytest

from connectors.sandbox import Organisation
from connectors.sandbox.salesforce.entry import connection_entry
from connectors.sandbox.salesforce.server import start_sandbox
from tests.connectors.sandbox.salesforce.browsing import Browser, moment

PURGED = {"no_history", "truncated_history"}


@pytest.fixture(scope="module")
def read():
    """Everything of one org: its truth, deals by id, and their histories."""
    with start_sandbox({"t": Organisation(3, 300)}) as sandbox:
        browser = Browser(sandbox.url)
        truth = {deal.deal_id: deal for deal in sandbox.portal("t").truth()}
        fields = (
            "Id, StageName, RecordTypeId, Amount, CurrencyIsoCode, IsDeleted, IsWon, IsClosed, OwnerId, CreatedDate"
        )
        deals = {row["Id"]: row for row in browser.rows(f"SELECT {fields} FROM Opportunity")}
        stages, changes = defaultdict(list), defaultdict(list)
        history = (
            "SELECT Id, OpportunityId, StageName, Amount, CreatedDate FROM OpportunityHistory ORDER BY CreatedDate"
        )
        for row in browser.rows(history + ", Id"):
            stages[row["OpportunityId"]].append(row)
        tracked = "SELECT Id, OpportunityId, Field, OldValue, NewValue, CreatedDate FROM OpportunityFieldHistory"
        for row in browser.rows(tracked):
            changes[row["OpportunityId"]].append(row)
        users = {row["Id"]: row["Email"] for row in browser.rows("SELECT Id, Email FROM User")}
        entry, _ = connection_entry(sandbox.url, "t", "X")
        yield truth, deals, stages, changes, users, entry["pipelines"]


def whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def test_every_deal_is_shown_as_it_stands(read):
    truth, deals, _, _, users, pipelines = read
    assert set(deals) == {key for key, deal in truth.items() if deal.whereabouts != "gone"}
    for key, deal in truth.items():
        row = deals[key]
        mapped = pipelines[row["RecordTypeId"] or "default"]["stages"].get(row["StageName"], "unmapped")
        assert row["IsDeleted"] == (deal.whereabouts != "live")
        assert moment(row["CreatedDate"]) == whole(deal.created_at)
        if deal.plot == "merge_survivor" and deal.stage_key != mapped:
            continue
        assert (mapped, row["IsWon"]) == (deal.stage_key, deal.status == "won")
        assert row["IsClosed"] == (deal.status != "open")
        assert (row["Amount"] and Decimal(str(row["Amount"]))) == (
            deal.amount and Decimal(deal.amount)
        ) or not deal.amount
        assert (row["CurrencyIsoCode"], users[row["OwnerId"]]) == (deal.currency, deal.owner_email)


def test_the_walk_of_each_deal_is_in_its_history(read):
    truth, deals, stages, _, _, pipelines = read
    walked = 0
    for key, deal in truth.items():
        if not deal.visits_certain or deal.plot in PURGED or deal.whereabouts == "merged_away":
            continue
        mapping = pipelines[deals[key]["RecordTypeId"] or "default"]["stages"]
        walk: list[tuple[str, datetime]] = []
        for row in stages[key]:
            stage = mapping.get(row["StageName"], "unmapped")
            if not walk or walk[-1][0] != stage:
                walk.append((stage, moment(row["CreatedDate"])))
        if deal.plot == "flicker":
            del walk[1:3]
        if deal.plot == "stages_at_once":
            continue
        assert walk == [(visit.stage_key, whole(visit.entered_at)) for visit in deal.visits], deal.plot
        assert stages[key][-1]["StageName"] == deals[key]["StageName"]
        assert stages[key][-1]["Amount"] == deals[key]["Amount"]
        walked += 1
    assert walked > 200


def test_what_was_purged_is_in_neither_history(read):
    truth, _, stages, changes, _, _ = read
    for key, deal in truth.items():
        if deal.plot == "no_history":
            assert stages[key] == []
            assert not {"created", "StageName"} & {row["Field"] for row in changes[key]}
        if deal.plot == "truncated_history":
            first = moment(stages[key][0]["CreatedDate"])
            assert first == whole(deal.visits[0].entered_at)
            assert all(moment(row["CreatedDate"]) >= first for row in changes[key])


def test_a_look_up_is_tracked_with_its_id_and_its_name(read):
    truth, deals, _, changes, users, _ = read
    handed = [key for key, deal in truth.items() if deal.plot == "handed_over"]
    assert handed
    for key in handed:
        rows = [row for row in changes[key] if row["Field"] == "Owner"]
        assert len(rows) == 2
        assert rows[0]["NewValue"] == deals[key]["OwnerId"]
        assert rows[0]["OldValue"] in users
        assert " " in rows[1]["NewValue"]


def test_ids_are_told_apart_without_regard_to_case_and_rise(read):
    _, deals, stages, _, _, _ = read
    ids = list(deals)
    assert all(len(key) == 18 and key.startswith("006") for key in ids)
    assert len({key.lower()[:15] for key in ids}) == len(ids)
    assert ids == sorted(ids)
    for rows in stages.values():
        assert [row["Id"] for row in rows] == sorted(row["Id"] for row in rows)
