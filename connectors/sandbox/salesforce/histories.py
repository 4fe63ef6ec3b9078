"""What Salesforce remembers of a deal: OpportunityHistory, always, and OpportunityFieldHistory, if tracking is on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from connectors.sandbox.salesforce.deal import Deal, Row, number
from connectors.sandbox.salesforce.told import Save
from connectors.sandbox.salesforce.words import BY_NAME, SLOTS, UNHEARD_OF, record_id, record_type_id

IN_HISTORY: Final = frozenset(("StageName", "Amount", "CloseDate"))
DATA_TYPES: Final = {"Amount": "Currency", "CloseDate": "DateOnly"}
WITHHELD: Final = {"amount": "Amount", "closedate": "CloseDate", "dealstage": "StageName", "pipeline": "RecordType"}


def stage_history(deal: Deal) -> Iterator[tuple[int, Row]]:
    """OpportunityHistory: a row at creation and at each save that changed stage, amount or close date."""
    story = deal.story
    if "dealstage" in story.withheld:
        return
    first_shown = (story.first_shown or 0) // 1000
    values: dict[str, str | None] = {}
    for place, save in enumerate(deal.saves):
        before = dict(values)
        values |= {field: new for field, (_, new) in save.changes.items()}
        if (place and not IN_HISTORY & save.changes.keys()) or save.at < first_shown:
            continue
        stage = BY_NAME.get(values["StageName"] or "", UNHEARD_OF)
        old_stage = BY_NAME.get(before.get("StageName") or "", UNHEARD_OF)
        amount = number(values.get("Amount"))
        yield (
            place,
            {
                "Id": record_id("OpportunityHistory", deal.index * SLOTS + place),
                "OpportunityId": deal.id,
                "Opportunity.IsDeleted": deal.is_gone,
                "StageName": values["StageName"],
                "Amount": amount,
                "PrevAmount": number(before.get("Amount")),
                "ExpectedRevenue": None if amount is None else round(amount * stage.probability / 100, 2),
                "CloseDate": values["CloseDate"],
                "PrevCloseDate": before.get("CloseDate"),
                "Probability": float(stage.probability),
                "ForecastCategory": stage.category,
                "FromForecastCategory": old_stage.category if place else None,
                "FromOpportunityStageName": before.get("StageName"),
                "CurrencyIsoCode": story.currency,
                "IsDeleted": deal.is_gone,
                "CreatedById": deal.actor(save),
                "CreatedBy.Name": deal.users.name_of(deal.actor(save)),
                "CreatedDate": save.at,
                "SystemModstamp": save.at,
            },
        )


def field_history(deal: Deal) -> Iterator[tuple[int, Row]]:
    """OpportunityFieldHistory: that it was created, then old and new value of each tracked field; look-ups twice."""
    story, place = deal.story, 0
    hidden = {WITHHELD[name] for name in story.withheld if name in WITHHELD}
    if "StageName" in hidden:
        hidden.add("created")
    first_shown = (story.first_shown or 0) // 1000
    for nth, save in enumerate(deal.saves):
        told = _tracked(deal, save) if nth else [("created", None, None, "Text")]
        for name, old, new, data_type in told:
            place += 1
            if name in hidden or save.at < first_shown:
                continue
            yield (
                place - 1,
                {
                    "Id": record_id("OpportunityFieldHistory", deal.index * SLOTS + place - 1),
                    "OpportunityId": deal.id,
                    "Opportunity.IsDeleted": deal.is_gone,
                    "Field": name,
                    "DataType": data_type,
                    "OldValue": old,
                    "NewValue": new,
                    "IsDeleted": deal.is_gone,
                    "CreatedById": deal.actor(save),
                    "CreatedBy.Name": deal.users.name_of(deal.actor(save)),
                    "CreatedDate": save.at,
                },
            )


def _tracked(deal: Deal, save: Save) -> Iterator[tuple[str, Any, Any, str]]:
    for name, (old, new) in save.changes.items():
        if name == "Owner":
            was, now = deal.users.of_owner(old, deal.story.owner), deal.users.of_owner(new, deal.story.owner)
            yield name, was.id, now.id, "EntityId"
            yield name, was.name, now.name, "Text"
        elif name == "RecordType":
            yield name, record_type_id(old), record_type_id(new), "EntityId"
            yield name, old and old.capitalize(), new and new.capitalize(), "Text"
        elif name == "Amount":
            yield name, number(old), number(new), DATA_TYPES["Amount"]
        elif name in ("StageName", "CloseDate", "Loss_Reason__c"):
            yield name, old, new, DATA_TYPES.get(name, "DynamicEnum")
