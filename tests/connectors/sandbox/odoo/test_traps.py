"""What makes readers of a real Odoo lose rows or misread them happens here too."""

from __future__ import annotations

from itertools import pairwise

import pytest
import requests

from connectors.sandbox import MoveStage
from connectors.sandbox.odoo.access import DATABASE, SALESPERSON
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.server import start_sandbox
from connectors.sandbox.odoo.words import FIRST_SELLER, STAGE_IDS
from tests.connectors.sandbox.odoo.calling import ALL, ORGANISATION, Caller, Refused, serve


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def plot(name):
    return next(story for story in ORGANISATION.stories() if story.plot == name and story.merged_into is None)


def test_greater_than_a_second_leaves_out_the_rest_of_that_second_from_19_on(odoo):
    sandbox, caller = odoo
    rows = {row["id"]: row for row in sandbox.portal("t").rows("crm.lead")}
    number = next(number for number, row in rows.items() if row["write_date"] % 1000)
    shown = caller.call("crm.lead", "read", ids=[number], fields=["write_date"])[0]["write_date"]

    def found(operator):
        domain = [["write_date", operator, shown], ["id", "=", number]]
        return caller.call("crm.lead", "search", domain=domain, **ALL)

    assert found(">=") == [number]
    assert found(">") == ([] if caller.version >= 19 else [number])
    assert found("<=") == ([number] if caller.version >= 19 else [])
    assert found("=") == ([number] if caller.version >= 19 else [])


def test_a_short_page_of_messages_is_not_the_last_one(odoo):
    _, caller = odoo
    of_leads = [["model", "=", "crm.lead"]]
    sizes, last, ids = [], 0, []
    while page := caller.call("mail.message", "search", domain=[*of_leads, ["id", ">", last]], limit=300, order="id"):
        ids += page
        sizes.append(len(page))
        last = page[-1]
    assert any(size < 300 for size in sizes[:-1])
    assert len(set(ids)) == len(ids) == caller.call("mail.message", "search_count", domain=of_leads)


def test_leads_of_a_slow_transaction_come_late_with_old_stamps():
    clock = Clock()
    knobs = Knobs(version=19, late_every=4, late_seconds=90)
    with start_sandbox({"t": ORGANISATION}, knobs, clock=clock) as sandbox:
        caller = Caller(sandbox.url, json2=True)
        before, tracked = caller.every("crm.lead"), caller.call("mail.tracking.value", "search_count", domain=[])
        newest = max(row["write_date"] for row in before)
        clock.now = 91
        after = caller.every("crm.lead")
        late = {row["id"] for row in after} - {row["id"] for row in before}
        assert late
        assert all(row["write_date"] < newest for row in after if row["id"] in late)
        assert caller.call("mail.tracking.value", "search_count", domain=[]) > tracked


def test_an_edit_shows_when_it_commits_with_the_stamp_of_when_it_began():
    clock = Clock()
    with start_sandbox({"t": ORGANISATION}, Knobs(commit_seconds=60), clock=clock) as sandbox:
        caller = Caller(sandbox.url)
        slow, quick = (story.index + 1 for story in (plot("open_in_qualify"), plot("open_in_develop")))
        sandbox.apply("t", MoveStage(str(slow), "contractsent"))
        clock.now = 50
        sandbox.turn(commit_seconds=0.0)
        sandbox.apply("t", MoveStage(str(quick), "contractsent"))
        seen = caller.call("crm.lead", "read", ids=[slow, quick], fields=["stage_id", "write_date"])
        assert [row["stage_id"][0] for row in seen] == [STAGE_IDS["appointmentscheduled"], STAGE_IDS["contractsent"]]
        cursor = seen[1]["write_date"]
        clock.now = 61
        row = caller.call("crm.lead", "read", ids=[slow], fields=["stage_id", "write_date"])[0]
        assert row["stage_id"][0] == STAGE_IDS["contractsent"]
        assert row["write_date"] < cursor
        assert len(caller.changes()[slow]) == 1


@pytest.mark.parametrize("way", ["key", "knob"])
def test_only_administrators_read_tracking_values(odoo, way):
    sandbox, _ = odoo
    version = sandbox.portal("t").version
    sandbox.turn(salesperson_only=way == "knob")
    caller = Caller(sandbox.url, "t" if way == "knob" else "t" + SALESPERSON, json2=version >= 19)
    if way == "key":
        caller.uid = FIRST_SELLER
    try:
        for named in ({"domain": [], "limit": 1}, {"domain": [], "fields": ["id"]}):
            with pytest.raises(Refused, match="You are not allowed to access 'Mail Tracking Value'") as refused:
                caller.call("mail.tracking.value", "search_read", **named)
            assert refused.value.name == "odoo.exceptions.AccessError"
            assert refused.value.status == (403 if version >= 19 else 200)
        with pytest.raises(Refused) as refused:
            caller.call("mail.message", "search_read", domain=[], fields=["tracking_value_ids"], limit=1)
        assert refused.value.name == "odoo.exceptions.AccessError"
        assert "tracking_value_ids" not in caller.call("mail.message", "fields_get")
        assert caller.call("crm.lead", "search_count", domain=[], **ALL) > 100
    finally:
        sandbox.turn(salesperson_only=False)


def test_a_salesperson_sees_the_labels_of_changes_on_the_leads_page():
    with serve(17) as sandbox:
        http = requests.Session()

        def ask(path, **params):
            return http.post(sandbox.url + path, json={"params": params}, timeout=10).json()

        number = plot("won_clean").index + 1
        page = {"thread_model": "crm.lead", "thread_id": number, "limit": 500}
        assert ask("/mail/thread/messages", **page)["error"]["message"] == "Odoo Session Expired"
        login = ORGANISATION.crew.active[0].email
        wrong = ask("/web/session/authenticate", db=DATABASE, login=login, password="no")
        assert wrong["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"
        told = ask("/web/session/authenticate", db=DATABASE, login=login, password="t" + SALESPERSON)
        assert told["result"]["uid"] == FIRST_SELLER
        messages = ask("/mail/thread/messages", **page)["result"]["messages"]
        assert [m["id"] for m in messages] == sorted((m["id"] for m in messages), reverse=True)
        stages = [t for m in reversed(messages) for t in m["trackingValues"] if t["fieldName"] == "stage_id"]
        assert stages[-1]["newValue"]["value"] == "Closed Won"
        assert len(stages) == len(Caller(sandbox.url).changes()[number])
        older = ask("/mail/thread/messages", **page, before=messages[3]["id"])["result"]["messages"]
        assert [m["id"] for m in older] == [m["id"] for m in messages[4:]]


def test_moves_in_one_moment_are_ordered_by_id(odoo):
    _, caller = odoo
    rows = caller.changes()[plot("stages_at_once").index + 1]
    same = [(first, second) for first, second in pairwise(rows) if first[0] == second[0]]
    assert same
    assert all(first[3] == second[2] for first, second in same)


def test_a_renamed_or_deleted_stage_keeps_its_label_in_history():
    with serve(19) as sandbox:
        caller, database = Caller(sandbox.url, json2=True), sandbox.portal("t")
        stage = STAGE_IDS["legalreview"]
        wanted = [["new_value_integer", "=", stage], ["field_id.name", "=", "stage_id"]]
        before = caller.every("crm.lead")
        database.rename_stage(stage, "Lawyers")
        assert caller.every("mail.tracking.value", wanted)[0]["new_value_char"] == "Legal Review"
        assert caller.call("crm.stage", "read", ids=[stage], fields=["name"])[0]["name"] == "Lawyers"
        assert [row["write_date"] for row in caller.every("crm.lead")] == [row["write_date"] for row in before]
        with pytest.raises(ValueError, match="still has leads"):
            database.delete_stage(stage)
        for lead in [row for row in before if row["stage_id"][0] == stage]:
            sandbox.apply("t", MoveStage(str(lead["id"]), "contractsent"))
        database.delete_stage(stage)
        assert caller.call("crm.stage", "search", domain=[["id", "=", stage]]) == []
        assert caller.every("mail.tracking.value", wanted)[0]["new_value_char"] == "Legal Review"


def test_a_lost_lead_stays_in_its_stage_and_reopening_clears_the_reason(odoo):
    _, caller = odoo
    name = "lost_reason_id"
    lost = caller.call("crm.lead", "read", ids=[plot("lost_in_develop").index + 1])[0]
    assert not lost["active"]
    assert not caller.call("crm.stage", "read", ids=[lost["stage_id"][0]])[0]["is_won"]
    assert lost["date_closed"] > lost["date_last_stage_update"]
    story = plot("reopened")
    reasons = caller.changes(name)[story.index + 1]
    assert reasons[0][3]
    assert reasons[1][3] == 0
    assert [bool(row[3]) for row in caller.changes("active")[story.index + 1]] == [False, True]
    assert not caller.call("crm.lead", "read", ids=[story.index + 1])[0][name]
    if caller.version >= 19:
        assert caller.changes("won_status")[story.index + 1][0][2:4] == ("Pending", "Lost")
