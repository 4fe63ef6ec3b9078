"""HubSpot's meetings, calls, contacts, quotes and fields belong to their deals, each with its time."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, record
from tests.dbt.hubspot_portal import QUOTE, deal, deals_of, moment, portal


@pytest.fixture
def home(tmp_path: Path) -> Warehouse:
    return portal(tmp_path)


def test_a_slip_in_the_number_of_contacts_is_listed_and_fills_no_disk(home: Warehouse) -> None:
    counts = [moment(text, "2024-03-02T09:00:00Z") for text in ("99999999999", "many", "-1", "2")]
    history = {name: [entry] for name, entry in zip("abcd", counts, strict=True)}
    home.lake(
        "hubspot__deals",
        [record(name, deal(name, {}, num_associated_contacts=entries)) for name, entries in history.items()],
    )
    home.run("path:models/staging")
    shown = home.query("select deal_id, count(*) as people from staging.stg_hubspot__contacts group by 1 order by 1")
    assert [tuple(row.values()) for row in shown] == [("a", 10_000), ("d", 2)]
    assert home.query("select id, value, reason from staging.stg_rejects order by id") == [
        {"id": f"{name}:num_associated_contacts", "value": value, "reason": "not a whole number from 0 to 10000"}
        for name, value in (("a", "99999999999"), ("b", "many"), ("c", "-1"))
    ]


def test_activities_contacts_and_documents_belong_to_their_deals(home: Warehouse) -> None:
    def link(kind: str, to: str, of: str, *targets: str) -> dict[str, Any]:
        types = [{"category": "USER_DEFINED", "typeId": 1, "label": "Decision Maker"}]
        listed = [{"toObjectId": int(t), "associationTypes": types} for t in targets]
        return record(f"{kind}:{to}:{of}", {"from": {"id": of}, "to": listed})

    counted = deal(
        "1",
        num_associated_contacts=[
            moment("1", "2024-03-09T10:00:00Z", "CALCULATED"),
            moment("2", "2024-03-05T10:00:00Z", "CALCULATED"),
            moment("1", "2024-03-03T10:00:00Z", "CALCULATED"),
            moment("0", "2024-03-01T09:00:00Z", "CALCULATED"),
        ],
    )
    home.lake("hubspot__deals", [record("1", counted), record("2", deal("2"))])
    home.lake(
        "hubspot__meetings",
        [
            record(
                "11",
                {
                    "id": "11",
                    "createdAt": "2024-03-02T08:00:00Z",
                    "properties": {
                        "hs_meeting_start_time": "2024-03-04T10:00:00Z",
                        "hs_timestamp": "2024-03-04T09:00:00Z",
                        "hs_createdate": "2024-03-02T08:00:00Z",
                        "hs_meeting_outcome": "NO_SHOW",
                        "hubspot_owner_id": "42",
                    },
                },
            )
        ],
    )
    home.lake(
        "hubspot__calls",
        [
            record(
                "11",
                {
                    "id": "11",
                    "properties": {
                        "hs_timestamp": "2024-03-05T10:00:00Z",
                        "hs_call_status": "COMPLETED",
                        "hs_call_direction": "INBOUND",
                        "hs_call_title": "Demo of the new line",
                    },
                },
            ),
            record("12", {"properties": {"hs_timestamp": "2024-03-05T10:00:00Z"}}, is_deleted=True),
        ],
    )
    home.lake(
        "hubspot__emails",
        [
            record(
                "13",
                {
                    "properties": {
                        "hs_timestamp": "1709632800000",
                        "hs_email_direction": "EMAIL",
                        "hs_email_status": "SENT",
                    }
                },
            )
        ],
    )
    home.lake(
        "hubspot__quotes",
        [record("21", {"properties": QUOTE})],
    )
    home.lake(
        "hubspot__associations",
        [
            link("meetings", "deals", "11", "1", "2"),
            link("meetings", "contacts", "11", "501", "502"),
            link("calls", "deals", "11", "1"),
            link("calls", "deals", "12", "1"),
            link("emails", "deals", "13", "1"),
            link("deals", "quotes", "1", "21"),
            link("deals", "contacts", "1", "501"),
            link("deals", "contacts", "2", "502"),
        ],
    )
    home.run("path:models/staging path:models/canonical")

    activities = home.query("select * from canonical.int_activities order by deal_key, kind")
    assert [(a["deal_key"], a["kind"], a["outcome"], a["direction"], a["contact_count"]) for a in activities] == [
        ("acme:1", "call", "completed", "in", 0),
        ("acme:1", "email", "sent", "out", 0),
        ("acme:1", "meeting", "no_show", None, 2),
        ("acme:2", "meeting", "no_show", None, 2),
    ]
    meeting = activities[-1]
    assert (meeting["occurred_at"], meeting["recorded_at"]) == (at("2024-03-04T10:00:00"), at("2024-03-02T08:00:00"))
    assert meeting["owner_key"] == "acme:42", "an owner whom nobody lists keeps a key of his own"
    assert home.values("select owner_key from canonical.int_owners") == ["acme:42"]

    contacts = home.query("select * from canonical.int_deal_contacts order by deal_key, added_at")
    assert [(c["deal_key"], c["contact_id"], c["added_at"], c["removed_at"]) for c in contacts] == [
        ("acme:1", "501", at("2024-03-03T10:00:00"), None),
        ("acme:1", "contact 2", at("2024-03-05T10:00:00"), at("2024-03-09T10:00:00")),
        ("acme:2", "502", None, None),
    ]
    assert contacts[0]["role"] == "decision maker"
    documents = home.query(
        "select deal_key, kind, status, occurred_at, actor_id from canonical.int_documents order by kind"
    )
    assert [tuple(d.values()) for d in documents] == [
        ("acme:1", "approval", "approved", None, None),
        ("acme:1", "quote", "approved", at("2024-03-06T10:00:00"), "42"),
    ]
    assert [(a["kind"], a["subject"]) for a in activities[:2]] == [("call", "demo of the new line"), ("email", None)]


@pytest.mark.slow
def test_a_custom_field_takes_the_place_of_the_standard_one(home: Warehouse) -> None:
    home.reference(
        "field_map",
        [
            {"connection": "acme", "field": "amount", "native_field": "tcv"},
            {"connection": "acme", "field": "budget", "native_field": "budget_ok__c"},
        ],
    )
    payload = deal(
        "1",
        {"tcv": "777", "budget_ok__c": "yes"},
        tcv=[moment("777", "2024-03-03T10:00:00Z", user="99")],
        amount=[moment("100", "2024-03-02T10:00:00Z")],
        budget_ok__c=[moment("yes", "2024-03-04T10:00:00Z")],
    )
    home.reference("system_actors", [{"connection": "acme", "actor_id": "99"}])
    home.lake("hubspot__deals", [record("1", payload)])
    home.run("path:models/staging path:models/canonical")
    assert deals_of(home)["1"]["amount"] == Decimal("777.00")
    fields = home.query("select field, value, actor_kind from canonical.int_field_changes order by field")
    assert [tuple(f.values()) for f in fields] == [("amount", "777", "integration"), ("budget", "yes", "person")]
