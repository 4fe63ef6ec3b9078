"""One small company in Salesforce's rows, in the one form of REST and Bulk; tests look at deals of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.dbt.harness import Warehouse, at, record

ANN, BOB, FLOW, INTEGRATION = "0055f0000000001AAA", "0055f0000000002AAA", "0055f0000000003AAA", "0055f0000000004AAA"
(
    WALKED, AT_ONCE, FROM_OPEN, FROM_OFFER, FROM_NOWHERE, SNAPSHOT, GONE, BACK, HANDED_OVER, TRACKED, LATER, OLDER,
    UNTOUCHED, BUSY, RENEWAL, ODD, RETYPED, TOLD_BEFORE, TYPED_SINCE, AT_ONCE_RETYPED, MASTER,
) = (f"0065f{number:010d}AAA" for number in range(1, 22))  # fmt: skip
NEW_TYPE, RENEWALS = "0125f0000000011AAA", "0125f0000000012AAB"
STAGES = [("Open", "10", "false", "false"), ("Offer", "50", "false", "false"), ("Signed", "100", "true", "true")]


def user(user_id: str, name: str, **fields: str | None) -> dict[str, Any]:
    standard = {"Id": user_id, "Name": name, "Email": f"{name}@Example.com", "IsActive": "true", "UserType": "Standard"}
    return record(user_id, {**standard, **fields})


def deal(deal_id: str, **fields: str | None) -> dict[str, Any]:
    standard = {
        "Id": deal_id,
        "Name": "Deal",
        "StageName": "Open",
        "Amount": "100",
        "CloseDate": "2024-05-01",
        "OwnerId": ANN,
        "IsDeleted": "false",
        "CreatedDate": "2024-03-01T09:00:00.000Z",
        "SystemModstamp": "2024-04-01T09:00:00.000Z",
    }
    return {**standard, **fields}


def told(number: int, when: str, stage: str, *, of: str, by: str = ANN, **fields: str | None) -> dict[str, Any]:
    """A row of OpportunityHistory; when like '03-01T09:00:00'."""
    row_id = f"0085f0000000{number:06d}"
    payload = {
        "Id": row_id,
        "OpportunityId": of,
        "StageName": stage,
        "Amount": "100",
        "CloseDate": "2024-05-01",
        "IsDeleted": "false",
        "CreatedDate": f"2024-{when}.000Z",
        "CreatedById": by,
        **fields,
    }
    return record(row_id, payload, modified_at=at(f"2024-{when}"))


def changed(
    number: int, when: str, field: str, old: str | None, new: str | None, *, of: str, by: str = ANN
) -> dict[str, Any]:
    """A row of OpportunityFieldHistory."""
    row_id = f"0175f0000000{number:06d}"
    payload = {"Id": row_id, "OpportunityId": of, "Field": field, "OldValue": old, "NewValue": new}
    payload |= {"IsDeleted": "false", "CreatedDate": f"2024-{when}.000Z", "CreatedById": by}
    return record(row_id, payload, modified_at=at(f"2024-{when}"))


def built(path: Path) -> Warehouse:
    """The company's staging and canonical tables, built in `path`."""
    home = Warehouse(path)
    connection = {"connection": "acme", "crm": "salesforce", "state": "good", "judged_at": at("2024-06-03T05:00:00")}
    home.reference("connections", [{**connection, "default_currency": "EUR"}])
    home.reference("pipeline_map", [{"connection": "acme", "pipeline_id": "default", "deal_type": "new"}])
    home.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    stage_keys = (("Open", "one"), ("Offer", "two"), ("Signed", "won"))
    home.reference(
        "stage_map",
        [
            {"connection": "acme", "pipeline_id": pipeline, "stage_id": stage, "stage_key": key}
            for pipeline, keys in (
                ("default", stage_keys), (NEW_TYPE, stage_keys), (RENEWALS, (("Open", "one"), ("Offer", "won")))
            )
            for stage, key in keys
        ],
    )  # fmt: skip
    home.lake(
        "salesforce__stages",
        [
            record(
                f"01J{n}",
                {"ApiName": name, "MasterLabel": name, "SortOrder": str(n), "DefaultProbability": probability,
                 "IsActive": "true", "IsClosed": closed, "IsWon": won},
            )
            for n, (name, probability, closed, won) in enumerate(STAGES, 1)
        ],
    )  # fmt: skip
    home.lake(
        "salesforce__users",
        [
            user(ANN, "Ann", UserRoleId="00E1", ManagerId=BOB),
            user(BOB, "Bob", IsActive="false"),
            user(FLOW, "Automated Process", UserType="AutomatedProcess"),
            user(INTEGRATION, "Sync", **{"Profile.UserLicense.Name": "Salesforce Integration"}),
        ],
    )
    home.lake("salesforce__user_roles", [record("00E1", {"Id": "00E1", "Name": "West"})])
    home.reference("field_map", [{"connection": "acme", "field": "lost_reason", "native_field": "Loss_Reason__c"}])
    home.lake(
        "salesforce__record_types",
        [
            record(i, {"Id": i, "Name": name, "IsActive": "true"})
            for i, name in ((NEW_TYPE, "New"), (RENEWALS, "Renewals"))
        ],
    )
    home.lake("salesforce__opportunities", opportunities())
    # Delivered twice, as a lake may have it.
    home.lake("salesforce__opportunity_history", [*stage_history(), *stage_history()])
    home.lake("salesforce__opportunity_field_history", [*field_history(), *field_history()])
    evidence(home)
    home.run("path:models/staging path:models/canonical")
    return home


def opportunities() -> list[dict[str, Any]]:
    when = at("2024-04-01T09:00:00")
    given: dict[str, dict[str, str]] = {
        WALKED: {"StageName": "Signed", "CurrencyIsoCode": "USD"},
        AT_ONCE: {"StageName": "Signed"},
        FROM_OPEN: {"StageName": "Offer"},
        FROM_OFFER: {"StageName": "Offer"},
        FROM_NOWHERE: {"StageName": "Offer"},
        SNAPSHOT: {},
        HANDED_OVER: {"OwnerId": BOB},
        TRACKED: {"Loss_Reason__c": "Price"},
        LATER: {"Loss_Reason__c": "Budget", "CreatedDate": "2024-03-20T09:00:00.000Z"},
        OLDER: {"Loss_Reason__c": "Budget"},
        UNTOUCHED: {"Loss_Reason__c": "Timing"},
        BUSY: {},
        RENEWAL: {"RecordTypeId": "0129"},
        ODD: {"Amount": "a lot", "CloseDate": "9999-01-01"},
        RETYPED: {"StageName": "Offer", "RecordTypeId": RENEWALS},
        TOLD_BEFORE: {"StageName": "Offer", "RecordTypeId": RENEWALS},
        TYPED_SINCE: {"StageName": "Offer", "RecordTypeId": RENEWALS},
        AT_ONCE_RETYPED: {"StageName": "Offer", "RecordTypeId": RENEWALS},
        MASTER: {"StageName": "Offer", "RecordTypeId": "012000000000000AAA"},
    }
    rows = [record(i, deal(i, **fields), modified_at=when) for i, fields in given.items()]
    for i in (GONE, BACK):
        gone = deal(i, IsDeleted="true", SystemModstamp="2024-04-02T09:00:00.000Z")
        rows.append(record(i, gone, modified_at=at("2024-04-02T09:00:00"), is_deleted=True))
    return [*rows, record(BACK, deal(BACK), modified_at=at("2024-04-03"))]


def stage_history() -> list[dict[str, Any]]:
    return [
        told(3, "03-20T10:00:00", "Offer", of=WALKED, by=INTEGRATION, Amount="250"),
        told(1, "03-01T09:00:00", "Open", of=WALKED, Amount=None),
        told(2, "03-05T10:00:00", "Open", of=WALKED, Amount="250", CloseDate="2024-06-01"),
        told(4, "04-01T09:00:00", "Signed", of=WALKED, by=FLOW, Amount="250", CloseDate="2024-04-01"),
        told(7, "03-01T09:00:00", "Signed", of=AT_ONCE),
        told(6, "03-01T09:00:00", "Offer", of=AT_ONCE),
        told(5, "03-01T09:00:00", "Open", of=AT_ONCE),
        told(8, "03-10T09:00:00", "Offer", of=FROM_OPEN, FromOpportunityStageName="Open"),
        told(9, "03-10T09:00:00", "Offer", of=FROM_OFFER, FromOpportunityStageName="Offer"),
        told(10, "03-10T09:00:00", "Offer", of=FROM_NOWHERE),
        told(11, "03-01T09:00:00", "Open", of=RETYPED),
        told(12, "03-12T09:00:00", "Offer", of=RETYPED, by=FLOW),
        told(13, "03-01T09:00:00", "Open", of=TOLD_BEFORE),
        told(14, "03-03T09:00:00", "Offer", of=TOLD_BEFORE),
        told(20, "03-12T09:00:00", "Open", of=TOLD_BEFORE),
        told(21, "03-13T09:00:00", "Offer", of=TOLD_BEFORE),
        told(15, "03-01T09:00:00", "Open", of=TYPED_SINCE),
        told(16, "03-12T09:00:00", "Offer", of=TYPED_SINCE),
        told(17, "03-01T09:00:00", "Open", of=AT_ONCE_RETYPED),
        told(18, "03-12T09:00:00", "Offer", of=AT_ONCE_RETYPED),
        told(19, "03-12T09:00:00", "Offer", of=MASTER),
    ]


def field_history() -> list[dict[str, Any]]:
    return [
        changed(1, "03-01T09:00:00", "created", None, None, of=HANDED_OVER),
        changed(2, "03-10T09:00:00", "Owner", ANN[:15], BOB[:15], of=HANDED_OVER),
        changed(3, "03-10T09:00:00", "Owner", "Ann", "Bob", of=HANDED_OVER),
        changed(4, "03-10T09:00:00", "Loss_Reason__c", None, "Price", of=TRACKED),
        changed(5, "03-25T09:00:00", "Loss_Reason__c", "Price", "Budget", of=LATER),
        changed(6, "03-25T09:00:00", "Loss_Reason__c", "Price", "Timing", of=OLDER),
        # Ids short or long, beside a row of names; the last of one second counts.
        changed(7, "03-20T09:00:00", "RecordType", "New", "Renewals", of=RETYPED),
        changed(8, "03-20T09:00:00", "RecordType", NEW_TYPE[:15], RENEWALS[:15], of=RETYPED),
        changed(9, "03-05T09:00:00", "RecordType", None, NEW_TYPE, of=TYPED_SINCE),
        changed(10, "03-12T09:00:00", "RecordType", None, NEW_TYPE, of=AT_ONCE_RETYPED),
        changed(11, "03-12T09:00:00", "RecordType", NEW_TYPE, RENEWALS, of=AT_ONCE_RETYPED),
    ]


def evidence(home: Warehouse) -> None:
    common = {"WhatId": BUSY, "CreatedDate": "2024-03-05T10:00:00.000Z", "OwnerId": ANN, "WhoId": "0031"}
    call = {**common, "TaskSubtype": "Call", "CallType": "Inbound", "Status": "Done", "IsClosed": "true"}
    home.lake(
        "salesforce__tasks",
        [
            record("00T1", {**call, "ActivityDate": "2024-03-04", "CompletedDateTime": "2024-03-05T10:00:00.000Z"}),
            record("00T2", {**call, "IsClosed": "false", "Status": "Not Started", "ActivityDate": "2024-03-06"}),
            record("00T3", {**call, "TaskSubtype": "Email", "CallType": None, "ActivityDate": "2024-03-07"}),
            record("00T4", {**call, "WhatId": "0011", "ActivityDate": "2024-03-07"}),
            # Ticked off before the day that they were for: at a known time, and some time before the last change.
            record("00T6", {**call, "ActivityDate": "2024-03-20", "CompletedDateTime": "2024-03-05T11:00:00.000Z"}),
            record("00T7", {**call, "ActivityDate": "2024-03-20", "SystemModstamp": "2024-03-06T08:00:00.000Z"}),
        ],
    )
    home.lake("salesforce__email_messages", [record("02s1", {"ActivityId": "00T5", "Incoming": "true"})])
    home.lake(
        "salesforce__tasks",
        [record("00T5", {**call, "TaskSubtype": "Email", "CallType": None, "ActivityDate": "2024-03-07"})],
    )
    meeting = {**common, "StartDateTime": "2024-03-08T13:00:00.000Z", "WhoCount": "3", "IsAllDayEvent": "false"}
    home.lake(
        "salesforce__events",
        [
            record("00U1", {**meeting, "ActivityDate": "2024-03-08"}),
            record("00U2", {**meeting, "IsChild": "true"}),
            record("00U3", {**meeting, "IsAllDayEvent": "true", "ActivityDate": "2024-03-09", "WhoId": None}),
            record("00U4", meeting, is_deleted=True),
        ],
    )
    role = {"OpportunityId": BUSY, "ContactId": "0031", "Role": "Decision Maker", "IsDeleted": "false"}
    role["CreatedDate"] = "2024-03-02T09:00:00.000Z"
    home.lake(
        "salesforce__contact_roles",
        [
            record("00K1", role),
            record("00K2", {**role, "ContactId": "0032", "IsDeleted": "true"}, modified_at=at("2024-04-01"),
                   is_deleted=True),
            record("00K3", {**role, "ContactId": "0033"}, extracted_at=at("2024-05-05"), is_deleted=True),
        ],
    )  # fmt: skip
    quote = {"OpportunityId": BUSY, "Status": "Presented", "CreatedDate": "2024-03-09T09:00:00.000Z"}
    home.lake("salesforce__quotes", [record("0Q01", quote)])
