"""What is read of Salesforce: its objects, their fields, and the streams that they make.

Here belong names. Which of the fields an org has is fields.py's; how a stream is read is reader.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

HISTORY = "opportunity_history"
FIELD_HISTORY = "opportunity_field_history"
DEALS = "opportunities"

RECORD_TYPE = "RecordTypeId"
"""The pipeline of an opportunity: its history belongs to the history of stages, whatever the process names."""

_OF_OPPORTUNITIES = "What.Type = 'Opportunity'"


@dataclass(frozen=True, slots=True)
class SalesforceObject:
    """One object. `stamp` is the field by which increments walk; `where` leaves out what is none of our business.

    `optional` fields exist only in some orgs: their absence is no news. `listed` objects are short and read whole each
    pass. `replicated` ones have a list of what was deleted.
    """

    name: str
    stream: str
    fields: tuple[str, ...]
    optional: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    essential: bool = False
    stamp: str = "SystemModstamp"
    where: str | None = None
    listed: bool = False
    has_deleted: bool = True
    replicated: bool = False

    @property
    def table(self) -> str:
        """Its table in the lake."""
        return f"salesforce/{self.stream}"


# Only what proves a step is read: no subject, no description, no address of a buyer (people's data stays at home).
_OBJECTS = (
    SalesforceObject(
        "Opportunity",
        DEALS,
        (
            "Id",
            "Name",
            "StageName",
            "Amount",
            "CloseDate",
            "OwnerId",
            "Type",
            "IsClosed",
            "IsWon",
            "IsDeleted",
            "CreatedDate",
            "CreatedById",
            "SystemModstamp",
        ),
        optional=(RECORD_TYPE, "CurrencyIsoCode"),
        covers=("deals",),
        essential=True,
        replicated=True,
    ),
    SalesforceObject(
        "OpportunityStage",
        "stages",
        (
            "Id",
            "ApiName",
            "MasterLabel",
            "SortOrder",
            "DefaultProbability",
            "IsActive",
            "IsClosed",
            "IsWon",
            "SystemModstamp",
        ),
        covers=("stages",),
        essential=True,
        listed=True,
        has_deleted=False,
    ),
    SalesforceObject(
        "User",
        "users",
        ("Id", "Name", "Email", "IsActive", "UserType", "ManagerId", "UserRoleId", "SystemModstamp"),
        optional=("Profile.UserLicense.Name",),
        covers=("owners",),
        essential=True,
        has_deleted=False,
    ),
    SalesforceObject(
        "UserRole", "user_roles", ("Id", "Name", "ParentRoleId", "SystemModstamp"), listed=True, has_deleted=False
    ),
    SalesforceObject(
        "RecordType",
        "record_types",
        ("Id", "Name", "IsActive", "SobjectType", "SystemModstamp"),
        where="SobjectType = 'Opportunity'",
        listed=True,
        has_deleted=False,
    ),
    SalesforceObject(
        "CurrencyType",
        "currency_types",
        ("Id", "IsoCode", "ConversionRate", "DecimalPlaces", "IsActive", "IsCorporate", "SystemModstamp"),
        listed=True,
        has_deleted=False,
    ),
    SalesforceObject(
        "OpportunityHistory",
        HISTORY,
        ("Id", "OpportunityId", "StageName", "Amount", "CloseDate", "IsDeleted", "CreatedDate", "CreatedById"),
        covers=("stage_changes", "field_changes"),
        stamp="CreatedDate",
    ),
    SalesforceObject(
        "OpportunityFieldHistory",
        FIELD_HISTORY,
        ("Id", "OpportunityId", "Field", "OldValue", "NewValue", "IsDeleted", "CreatedDate", "CreatedById"),
        optional=("DataType",),
        stamp="CreatedDate",
    ),
    SalesforceObject(
        "Task",
        "tasks",
        (
            "Id",
            "WhatId",
            "WhoId",
            "TaskSubtype",
            "Status",
            "IsClosed",
            "ActivityDate",
            "OwnerId",
            "IsDeleted",
            "CreatedDate",
            "SystemModstamp",
        ),
        optional=("Type", "CallType", "CompletedDateTime", "WhoCount", "IsRecurrence"),
        covers=("activities", "planned_activities"),
        where=_OF_OPPORTUNITIES,
        replicated=True,
    ),
    # Whether an e-mail came in is told by the message behind the task, where the org keeps messages.
    SalesforceObject(
        "EmailMessage",
        "email_messages",
        ("Id", "ActivityId", "Incoming", "IsDeleted", "CreatedDate", "SystemModstamp"),
        where="ActivityId != null",
        replicated=True,
    ),
    SalesforceObject(
        "Event",
        "events",
        (
            "Id",
            "WhatId",
            "WhoId",
            "StartDateTime",
            "ActivityDate",
            "IsAllDayEvent",
            "OwnerId",
            "IsDeleted",
            "CreatedDate",
            "SystemModstamp",
        ),
        optional=("EventSubtype", "Type", "EndDateTime", "WhoCount", "IsChild", "IsRecurrence"),
        covers=("activities", "planned_activities"),
        where=_OF_OPPORTUNITIES,
        replicated=True,
    ),
    SalesforceObject(
        "OpportunityContactRole",
        "contact_roles",
        ("Id", "OpportunityId", "ContactId", "Role", "IsPrimary", "IsDeleted", "CreatedDate", "SystemModstamp"),
        covers=("contacts",),
        replicated=True,
    ),
    SalesforceObject(
        "Quote",
        "quotes",
        ("Id", "OpportunityId", "Status", "IsDeleted", "CreatedDate", "SystemModstamp"),
        covers=("documents",),
        where="OpportunityId != null",
        replicated=True,
    ),
)


_WITH_SUBJECT = ("tasks", "events")


def tracked_name(field: str) -> str:
    """The name under which OpportunityFieldHistory tells of a field: a standard look-up loses its Id."""
    return field[:-2] if field.endswith("Id") and len(field) > 2 else field


def objects(evidence: Sequence[str], *, subjects: bool = False) -> tuple[SalesforceObject, ...]:
    """Everything that a connection reads, deals first; `evidence` are the fields that the process names.

    `subjects`: also what tasks and events are about.
    """
    always = ("created", "Owner", tracked_name(RECORD_TYPE))
    names = tuple(dict.fromkeys((*always, *(tracked_name(f) for f in evidence if "." not in f))))
    tracked = ", ".join(f"'{name}'" for name in names)
    things = tuple(_with(thing, evidence, f"Field IN ({tracked})") for thing in _OBJECTS)
    if not subjects:
        return things
    return tuple(replace(t, fields=(*t.fields, "Subject")) if t.stream in _WITH_SUBJECT else t for t in things)


def _with(thing: SalesforceObject, evidence: Sequence[str], tracked: str) -> SalesforceObject:
    if thing.stream == DEALS:
        return replace(thing, fields=tuple(dict.fromkeys((*thing.fields, *evidence))))
    return replace(thing, where=tracked) if thing.stream == FIELD_HISTORY else thing
