"""A deal's records as Salesforce keeps them: the opportunity, its contacts and documents; who makes the others.

Which records an answer holds is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from connectors.sandbox.salesforce.activities import emails, events, tasks
from connectors.sandbox.salesforce.deal import Deal, Row, number
from connectors.sandbox.salesforce.histories import field_history, stage_history
from connectors.sandbox.salesforce.told import Save, present
from connectors.sandbox.salesforce.words import BY_NAME, CATEGORY_NAMES, SLOTS, UNHEARD_OF, record_id, record_type_id

TYPES: Final = {"newbusiness": "New Business", "existingbusiness": "Existing Business"}
QUOTE_STATUS: Final = {"APPROVED": "Approved", "APPROVAL_NOT_NEEDED": "Presented", "": "Presented"}


def opportunity(deal: Deal) -> Iterator[tuple[int, Row]]:
    """The deal itself."""
    story, saves = deal.story, deal.saves
    values = present(saves)
    stage = BY_NAME.get(values["StageName"] or "", UNHEARD_OF)
    amount = number(values.get("Amount"))
    stamp = max(story.modified // 1000, deal.moved, story.touched_at // 1000)
    day = values["CloseDate"] or ""
    owner = deal.users.of_owner(values.get("Owner"), deal.story.owner)
    pipeline = values.get("RecordType")
    items = any(document.kind == "line_item" for document in story.documents)
    yield (
        0,
        {
            "Id": deal.id,
            "IsDeleted": deal.is_gone,
            "IsPrivate": False,
            "Name": f"Deal {deal.index + 1}",
            "StageName": values["StageName"],
            "Amount": amount,
            "Probability": float(stage.probability),
            "ExpectedRevenue": None if amount is None else round(amount * stage.probability / 100, 2),
            "Discount_Value__c": None if amount is None else round(amount * deal.discount_percent / 100, 2),
            "CloseDate": day,
            "Type": TYPES.get(story.native_type or ""),
            "NextStep": values.get("NextStep"),
            "Description": values.get("Description"),
            "IsClosed": stage.is_closed,
            "IsWon": stage.is_won,
            "ForecastCategory": stage.category,
            "ForecastCategoryName": CATEGORY_NAMES[stage.category],
            "CurrencyIsoCode": story.currency,
            "Loss_Reason__c": values.get("Loss_Reason__c"),
            "RecordTypeId": record_type_id(pipeline),
            "RecordType.Name": "Renewals" if pipeline else None,
            "RecordType.DeveloperName": "Renewals" if pipeline else None,
            "OwnerId": owner.id,
            "Owner.Name": owner.name,
            "Owner.Email": owner.email,
            "HasOpportunityLineItem": items,
            "FiscalYear": int(day[:4] or 0),
            "FiscalQuarter": (int(day[5:7] or 1) + 2) // 3,
            "Fiscal": f"{day[:4]} {(int(day[5:7] or 1) + 2) // 3}",
            "PushCount": _pushes(saves),
            "LastActivityDate": None,
            "LastStageChangeDate": max((save.at for save in saves[1:] if "StageName" in save.changes), default=None),
            "CreatedById": deal.actor(saves[0]),
            "LastModifiedById": deal.actor(saves[-1]),
            "CreatedDate": saves[0].at,
            "LastModifiedDate": stamp,
            "SystemModstamp": stamp,
        },
    )


def contact_roles(deal: Deal) -> Iterator[tuple[int, Row]]:
    """OpportunityContactRole: each contact of the deal."""
    for place, at in enumerate(deal.story.contacts):
        yield (
            place,
            {
                **deal.child("OpportunityContactRole", place, at // 1000, at // 1000),
                "OpportunityId": record_id("Opportunity", deal.home),
                "ContactId": record_id("Contact", deal.index * SLOTS + place),
                "Role": None if place else "Decision Maker",
                "IsPrimary": place == 0 and deal.home == deal.index,
            },
        )


def quotes(deal: Deal) -> Iterator[tuple[int, Row]]:
    """Quote: each offer; one that HubSpot shows as line items stands on a quote here."""
    for place, document in enumerate(deal.story.documents):
        at = document.at // 1000
        yield (
            place,
            {
                **deal.child("Quote", place, at, at),
                "OpportunityId": record_id("Opportunity", deal.home),
                "OwnerId": deal.person,
                "Name": "Offer",
                "QuoteNumber": f"{deal.index * SLOTS + place:08d}",
                "Status": QUOTE_STATUS.get(document.status, "Draft"),
                "GrandTotal": 1000.0,
                "TotalPrice": 1000.0,
                "ExpirationDate": None,
                "IsSyncing": False,
            },
        )


def line_items(deal: Deal) -> Iterator[tuple[int, Row]]:
    """OpportunityLineItem: the products of an offer."""
    for place, document in enumerate(deal.story.documents):
        if document.kind == "line_item":
            at = document.at // 1000
            yield (
                place,
                {
                    **deal.child("OpportunityLineItem", place, at, at),
                    "OpportunityId": record_id("Opportunity", deal.home),
                    "Name": "Licence",
                    "Quantity": 1.0,
                    "UnitPrice": 1000.0,
                    "TotalPrice": 1000.0,
                },
            )


def _pushes(saves: list[Save]) -> int:
    """How often the close date went to a later month."""
    dates = [save.changes["CloseDate"] for save in saves[1:] if "CloseDate" in save.changes]
    return sum(1 for old, new in dates if (new or "")[:7] > (old or "")[:7])


BUILDERS: Final[dict[str, Callable[[Deal], Iterator[tuple[int, Row]]]]] = {
    "Opportunity": opportunity,
    "OpportunityHistory": stage_history,
    "OpportunityFieldHistory": field_history,
    "Task": tasks,
    "Event": events,
    "EmailMessage": emails,
    "OpportunityContactRole": contact_roles,
    "OpportunityLineItem": line_items,
    "Quote": quotes,
}
"""How each object's records of one deal are made: (place, record) in the order of their ids."""
