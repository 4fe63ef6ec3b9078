"""What people change between two nights shows as Odoo shows it, and in the truth."""

from __future__ import annotations

from itertools import groupby
from random import Random

import pytest

from connectors.sandbox import (
    AddContact,
    Archive,
    Create,
    LogActivity,
    Merge,
    MoveStage,
    Organisation,
    Reown,
    Restore,
    SetField,
    Vanish,
)
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.server import start_sandbox
from connectors.sandbox.odoo.words import CREATED, FIRST_SELLER, INTEGRATION, LOST_SUBTYPE, STAGE_IDS, WON, moment_text
from connectors.sandbox.stock import DEFAULT_PIPELINE
from tests.connectors.sandbox.odoo.calling import Caller
from tests.connectors.sandbox.odoo.test_truth import key, seconds

ORGANISATION = Organisation(51, 80)
STAGES = ("appointmentscheduled", "qualifiedtobuy", "decisionmakerboughtin", "contractsent", "closedwon", "closedlost")


@pytest.fixture(params=[17, 19])
def odoo(request):
    with start_sandbox({"t": ORGANISATION}, Knobs(version=request.param)) as sandbox:
        yield sandbox, Caller(sandbox.url, json2=request.param == 19)


def deals(*plots):
    return [str(story.index + 1) for story in ORGANISATION.stories() if story.plot in plots]


def lead(caller, number):
    return caller.call("crm.lead", "read", ids=[int(number)])[0]


def messages(caller, number):
    return caller.every("mail.message", [["model", "=", "crm.lead"], ["res_id", "=", int(number)]])


def test_a_move_is_tracked_and_moves_the_stamps(odoo):
    sandbox, caller = odoo
    deal = deals("open_in_qualify")[0]
    before = lead(caller, deal)
    sandbox.apply("t", MoveStage(deal, "qualifiedtobuy", "integration"))
    after, at = lead(caller, deal), moment_text(sandbox.portal("t").last_edit)
    assert after["write_date"] == after["date_last_stage_update"] == at > before["write_date"]
    old, new = STAGE_IDS["appointmentscheduled"], STAGE_IDS["qualifiedtobuy"]
    assert [row[2:] for row in caller.changes()[int(deal)]] == [(old, new, INTEGRATION)]


def test_new_rows_have_the_highest_ids(odoo):
    sandbox, caller = odoo
    newest = {model: caller.every(model)[-1]["id"] for model in ("mail.message", "mail.tracking.value")}
    sandbox.apply("t", MoveStage("1", "closedlost"))
    for model, last in newest.items():
        assert caller.call(model, "search", domain=[["id", ">", last]], order="id")


def test_won_lost_and_back_again(odoo):
    sandbox, caller = odoo
    deal = deals("open_in_close")[0]
    for stage, subtype, active in (("closedwon", WON, True), ("closedlost", LOST_SUBTYPE, False)):
        sandbox.apply("t", MoveStage(deal, stage))
        assert lead(caller, deal)["active"] == active
        assert lead(caller, deal)["date_closed"] == moment_text(sandbox.portal("t").last_edit)
        assert messages(caller, deal)[-1]["subtype_id"][0] == subtype
    sandbox.apply("t", SetField(deal, "closed_lost_reason", "Moved abroad"))
    assert lead(caller, deal)["lost_reason_id"][1] == "Moved abroad"
    assert lead(caller, deal)["stage_id"][0] == STAGE_IDS["closedwon"]
    sandbox.apply("t", MoveStage(deal, "contractsent"))
    restored = lead(caller, deal)
    assert (restored["active"], restored["lost_reason_id"], restored["date_closed"]) == (True, False, False)
    walk = [stage for stage, _ in groupby(step[0] for step in caller.walks()[int(deal)])]
    assert walk[-3:] == [STAGE_IDS["closedwon"], "lost", STAGE_IDS["contractsent"]]


def test_values_owners_and_the_first_contact_are_tracked_and_close_dates_are_not(odoo):
    sandbox, caller = odoo
    deal = sandbox.apply("t", Create("appointmentscheduled", owner=2))
    for edit in (
        SetField(deal, "amount", "1200.50"),
        SetField(deal, "closedate", "1800000000000"),
        Reown(deal, 3),
        AddContact(deal),
    ):
        sandbox.apply("t", edit)
    stamp = lead(caller, deal)["write_date"]
    sandbox.apply("t", AddContact(deal))
    sandbox.apply("t", LogActivity(deal, "meeting", minutes_ago=90))
    row, number = lead(caller, deal), int(deal)
    assert row["write_date"] == stamp
    assert row["expected_revenue"] == 1200.5
    assert row["date_deadline"] == "2027-01-15"
    assert row["user_id"][0] == FIRST_SELLER + 3
    assert [change[2:4] for change in caller.changes("expected_revenue")[number]] == [(0.0, 1200.5)]
    assert [change[2:4] for change in caller.changes("user_id")[number]] == [(FIRST_SELLER + 2, FIRST_SELLER + 3)]
    assert [change[2:4] for change in caller.changes("partner_id")[number]] == [(0, row["partner_id"][0])]
    assert number not in caller.changes("date_deadline")
    kinds = [message["subtype_id"][0] for message in messages(caller, deal)]
    assert kinds[0] == CREATED
    held = messages(caller, deal)[-1]
    assert held["mail_activity_type_id"][1] == "Meeting"
    assert held["date"] < held["create_date"] == moment_text(sandbox.portal("t").last_edit)


@pytest.mark.parametrize("gone", [Archive, Vanish])
def test_a_deleted_lead_leaves_no_trace(odoo, gone):
    sandbox, caller = odoo
    deal = deals("won_clean")[0]
    counts = {m: caller.call(m, "search_count", domain=[]) for m in ("mail.message", "mail.tracking.value")}
    of_deal = len(messages(caller, deal))
    sandbox.apply("t", gone(deal))
    assert caller.call("crm.lead", "read", ids=[int(deal)]) == []
    assert messages(caller, deal) == []
    assert caller.call("mail.message", "search_count", domain=[]) == counts["mail.message"] - of_deal
    assert caller.call("mail.tracking.value", "search_count", domain=[]) < counts["mail.tracking.value"]
    assert caller.call("mail.activity", "search", domain=[["res_id", "=", int(deal)]]) == []
    assert next(t for t in sandbox.portal("t").truth() if t.deal_id == deal).whereabouts in ("archived", "gone")


def test_what_odoo_has_no_way_to_do_is_refused_and_changes_nothing(odoo):
    sandbox, _ = odoo
    deal = deals("won_clean")[0]
    sandbox.apply("t", Archive(deal))
    other = deals("open_in_develop")[0]
    before = sandbox.portal("t").last_edit
    for edit in (
        Restore(deal),
        MoveStage(other, "nowhere"),
        SetField(other, "amount", "much"),
        SetField(other, "hubspot_owner_id", "7"),
        SetField(other, "closedate", "soon"),
    ):
        with pytest.raises(ValueError):
            sandbox.apply("t", edit)
    assert sandbox.portal("t").last_edit == before


def test_a_merge_moves_messages_and_keeps_the_survivors_walk(odoo):
    sandbox, caller = odoo
    first, second = deals("open_in_develop")[0], deals("open_in_close")[0]
    sandbox.apply("t", SetField(second, "amount", "777"))
    own, brought = caller.walks()[int(first)], messages(caller, second)
    mine, values = messages(caller, first), caller.call("mail.tracking.value", "search_count", domain=[])
    assert sandbox.apply("t", Merge(first, second)) == first
    assert caller.call("crm.lead", "read", ids=[int(second)]) == []
    now = messages(caller, first)
    assert {m["id"] for m in now} > {m["id"] for m in [*mine, *brought]}
    moved = [m for m in now if m["id"] in {b["id"] for b in brought}]
    assert all(m["write_date"] == moment_text(sandbox.portal("t").last_edit) for m in moved)
    assert caller.call("mail.tracking.value", "search_count", domain=[]) >= values
    assert lead(caller, first)["stage_id"][0] == own[-1][0]
    sandbox.apply("t", Vanish(first))
    assert messages(caller, first) == []


def test_everything_can_get_one_stamp(odoo):
    sandbox, caller = odoo
    sandbox.apply("t", MoveStage(deals("open_in_qualify")[0], "contractsent"))
    sandbox.touch_everything("t")
    assert {row["write_date"] for row in caller.every("crm.lead")} == {moment_text(sandbox.portal("t").last_edit)}


@pytest.mark.parametrize("seed", [1, 2])
def test_after_random_work_the_calls_read_the_truth(odoo, seed):
    sandbox, caller = odoo
    world, chance = sandbox.portal("t"), Random(seed)
    live = [truth.deal_id for truth in world.truth() if truth.whereabouts == "live"]
    elsewhere = {deal for deal in live if world.story(world.number(deal)).pipeline != DEFAULT_PIPELINE}
    fresh = set()
    for _ in range(150):
        deal, act = chance.choice([one for one in live if one not in elsewhere]), chance.random()
        if act < 0.15:
            live.append(sandbox.apply("t", Create(chance.choice(STAGES[:4]), owner=chance.randrange(5))))
            fresh.add(live[-1])
        elif act < 0.7:
            sandbox.apply("t", MoveStage(deal, chance.choice(STAGES), chance.choice(("person", "workflow"))))
        elif act < 0.8:
            sandbox.apply("t", SetField(deal, "amount", str(chance.randrange(1, 99) * 10)))
        elif act < 0.9:
            live.remove(deal)
            sandbox.apply("t", chance.choice((Archive, Vanish))(deal))
        else:
            other = chance.choice([one for one in live if one != deal])
            live.remove(other)
            sandbox.apply("t", Merge(deal, other))
    leads, walks = {row["id"]: row for row in caller.every("crm.lead")}, caller.walks()
    assert set(leads) == {int(deal) for deal in live}
    for truth in world.truth():
        row = leads.get(int(truth.deal_id))
        if row is None:
            continue
        assert row["expected_revenue"] == float(truth.amount or 0)
        assert row["user_id"][0] == FIRST_SELLER + next(
            p.number for p in world.crew.everybody if p.owner_id == truth.owner_id
        )
        assert key(row["stage_id"][0] if row["active"] else "lost") == truth.stage_key
        if truth.deal_id in fresh and truth.merged_at is None:
            steps = [(key(stage), at) for stage, at in walks[row["id"]]]
            visits = [next(steps) for _, steps in groupby(steps, key=lambda step: step[0])]
            assert visits == [(visit.stage_key, seconds(visit.entered_at)) for visit in truth.visits]
