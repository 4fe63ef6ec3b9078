"""What plain calls read of a simulated Odoo is the stories' truth, in every version."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby, pairwise

import pytest

from connectors.sandbox import Organisation
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.server import start_sandbox
from connectors.sandbox.odoo.words import BOT, CREATED, FIRST_SELLER, INTEGRATION, STAGE
from connectors.sandbox.stock import STAGE_MAP
from tests.connectors.sandbox.odoo.calling import Caller

ORGANISATION = Organisation(21, 250)
INCOMPLETE = ("no_history", "truncated_history")
CLICKED_WRONG = "flicker"


@pytest.fixture(scope="module", params=[14, 17, 19])
def sandbox(request):
    with start_sandbox({"t": ORGANISATION}, Knobs(version=request.param)) as running:
        yield running


@pytest.fixture(scope="module")
def caller(sandbox):
    return Caller(sandbox.url, json2=sandbox.portal("t").version >= 19, remember=True)


@pytest.fixture(scope="module")
def truths(sandbox):
    return {int(truth.deal_id): truth for truth in sandbox.portal("t").truth()}


def key(stage):
    return "lost" if stage == "lost" else STAGE_MAP[STAGE[stage].pipeline].get(STAGE[stage].story_id, "unmapped")


def seconds(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def test_leads_are_the_deals_of_the_truth(caller, truths):
    leads = {lead["id"]: lead for lead in caller.every("crm.lead", [["type", "=", "opportunity"]])}
    assert set(leads) == {number for number, truth in truths.items() if truth.whereabouts == "live"}
    assert len(leads) == caller.call("crm.lead", "search_count", domain=[], context={"active_test": False})
    users = {user["id"]: user["email"] for user in caller.every("res.users")}
    for number, lead in leads.items():
        truth = truths[number]
        assert users[lead["user_id"][0]] == truth.owner_email
        assert Decimal(str(lead["expected_revenue"])) == (truth.amount or 0)
        assert lead["company_currency"][1] == truth.currency
        assert lead["create_date"] == seconds(truth.created_at)
        assert key(lead["stage_id"][0] if lead["active"] else "lost") == truth.stage_key


def test_default_searches_hide_lost_leads(caller, truths):
    shown = caller.call("crm.lead", "search", domain=[])
    alive = {n for n, t in truths.items() if t.whereabouts == "live" and t.status != "lost"}
    assert set(shown) == alive
    lost = caller.call(
        "crm.lead", "search_read", domain=[["active", "=", False]], fields=["probability", "date_closed"]
    )
    assert len(lost) == sum(1 for t in truths.values() if t.whereabouts == "live" and t.status == "lost")
    assert all(row["probability"] == 0 and row["date_closed"] for row in lost)


def test_walks_are_the_visits_of_the_truth(caller, truths):
    compared = 0
    for number, walk in caller.walks().items():
        truth = truths[number]
        if truth.plot in (*INCOMPLETE, CLICKED_WRONG):
            continue
        keyed = [(key(stage), at) for stage, at in walk]
        visits = [next(group) for _, group in groupby(keyed, key=lambda step: step[0])]
        # Of a survivor Odoo knows the walk better than the teller, who let two histories run together.
        expected = [(visit.stage_key, seconds(visit.entered_at)) for visit in truth.visits]
        assert visits == expected, truth.plot
        compared += 1
    assert compared > 200


def test_what_is_withheld_has_no_rows_and_shows_by_its_gaps(caller, truths):
    stages, walks = caller.changes(), caller.walks()
    leads = {lead["id"]: lead for lead in caller.every("crm.lead")}
    birth = {message["res_id"] for message in caller.every("mail.message", [["subtype_id", "=", CREATED]])}
    seen = defaultdict(int)
    for number, truth in truths.items():
        if truth.plot == "no_history":
            assert number not in stages
            assert leads[number]["date_last_stage_update"] > leads[number]["create_date"]
        if truth.plot == "truncated_history":
            assert walks[number][0][0] == 0
            shown = [(visit.stage_key, seconds(visit.entered_at)) for visit in truth.visits]
            assert [(key(stage), at) for stage, at in walks[number][1:]] == shown
        seen[truth.plot] += 1
        if truth.whereabouts == "live":
            assert (number in birth) == (truth.plot not in INCOMPLETE)
    assert all(seen[plot] for plot in INCOMPLETE)


def test_tracked_values_end_with_the_present(caller):
    leads = {lead["id"]: lead for lead in caller.every("crm.lead")}
    reason = "lost_reason_id" if caller.version > 15 else "lost_reason"
    for name in ("stage_id", "user_id", "partner_id", "expected_revenue", reason, "active"):
        changes = caller.changes(name)
        assert changes
        for number, rows in changes.items():
            if name == "expected_revenue" and caller.version <= 16:
                continue
            present = leads[number][name]
            assert rows[-1][3] == (present[0] if isinstance(present, list) else present)
            assert all(earlier[3] == later[2] for earlier, later in pairwise(rows))


def test_amounts_stand_in_the_column_of_the_version(caller):
    wanted = [["field.name" if caller.version <= 16 else "field_id.name", "=", "expected_revenue"]]
    rows = caller.every("mail.tracking.value", wanted)
    column = "new_value_monetary" if caller.version <= 16 else "new_value_float"
    assert rows
    assert all(row[column] or row[column.replace("new", "old")] for row in rows)
    assert all(row["currency_id"] for row in rows)


def test_changes_bear_the_name_of_who_made_them(caller, truths):
    for number, rows in caller.changes().items():
        plot = truths[number].plot
        users = {row[4] for row in rows}
        if plot == "moved_by_workflow":
            assert users == {BOT}
        elif plot in ("moved_by_integration", "moved_by_import"):
            assert users == {INTEGRATION}
        else:
            assert users <= {FIRST_SELLER + ORGANISATION.story(number - 1).owner, INTEGRATION}


def test_conversations_are_messages_and_planned_ones_activities(caller, truths):
    messages = caller.every("mail.message", [["model", "=", "crm.lead"]])
    done, planned = defaultdict(int), defaultdict(int)
    for message in messages:
        held = message["mail_activity_type_id"] or message["message_type"] == "email"
        done[message["res_id"]] += bool(held)
        assert message["date"] <= message["create_date"]
    open_ones = caller.every("mail.activity", [["date_deadline", ">", "2026-06-30"]])
    for activity in open_ones:
        planned[activity["res_id"]] += 1
    unheard = ("CANCELED", "NO_SHOW", "NO_ANSWER", "EMAIL")
    now = ORGANISATION.days.now
    for number, truth in truths.items():
        told = [a for a in ORGANISATION.story(number - 1).activities if a.how not in unheard]
        if truth.whereabouts != "live":
            told = []
        assert done[number] == sum(1 for activity in told if activity.at <= now)
        assert planned[number] == sum(1 for activity in told if activity.at > now)
    finished = [a for a in caller.every("mail.activity") if a.get("active") is False]
    assert all(activity["state"] == "done" and activity["date_done"] for activity in finished)
    assert len(finished) == sum(1 for m in messages if m["mail_activity_type_id"] and caller.version >= 19)


def test_the_newest_stamp_is_that_of_the_last_write(caller):
    now = datetime.fromtimestamp(ORGANISATION.days.now / 1000, UTC)
    for lead in caller.every("crm.lead"):
        assert lead["create_date"] <= lead["write_date"] <= seconds(now)
        assert lead["date_last_stage_update"] <= lead["write_date"]
