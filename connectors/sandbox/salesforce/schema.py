"""The objects of the org and their fields: what describe tells, and what SOQL lets one ask for. Data only.

`rows` fills them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Sobject:
    """An object: its fields with their types, and the fields of related records that queries may name.

    `stamp` is the field by which its records are ordered in time; `parent` names the deal that a record belongs to.
    """

    name: str
    label: str
    fields: dict[str, str]
    paths: dict[str, str] = field(default_factory=dict)
    stamp: str = "SystemModstamp"
    parent: str | None = None
    has_deleted: bool = True
    is_replicated: bool = True

    def type_of(self, name: str) -> str | None:
        """The type of a field or of a related record's field; None when there is no such field."""
        return self.fields.get(name) or self.paths.get(name)


def _fields(text: str) -> dict[str, str]:
    """Fields from lines of `type: Name Name ...`."""
    parts = (line.split(":") for line in text.strip().splitlines())
    return {name: kind.strip() for kind, names in parts for name in names.split()}


_AUDIT: Final = """
reference: CreatedById LastModifiedById
datetime: CreatedDate LastModifiedDate SystemModstamp
"""
_OWNER: Final = {"Owner.Name": "string", "Owner.Email": "email"}
_ACTIVITY: Final = "id: Id\nreference: WhoId WhatId OwnerId AccountId\nboolean: IsDeleted IsArchived IsRecurrence\n"
_WHAT: Final = {"What.Type": "string", "What.Name": "string", "Who.Type": "string", **_OWNER}

_ALL: Final = (
    Sobject(
        "Opportunity",
        "Opportunity",
        _fields(
            "id: Id\nboolean: IsDeleted IsClosed IsWon HasOpportunityLineItem IsPrivate\n"
            "reference: AccountId RecordTypeId OwnerId SyncedQuoteId ContactId CampaignId Pricebook2Id\n"
            "string: Name NextStep Fiscal\ntextarea: Description\n"
            "picklist: StageName Type LeadSource ForecastCategory ForecastCategoryName CurrencyIsoCode Loss_Reason__c\n"
            "currency: Amount ExpectedRevenue Discount_Value__c\npercent: Probability\n"
            "date: CloseDate LastActivityDate\nint: FiscalQuarter FiscalYear PushCount\n"
            "datetime: LastStageChangeDate\n" + _AUDIT.strip()
        ),
        paths={**_OWNER, "RecordType.Name": "string", "RecordType.DeveloperName": "string"},
    ),
    Sobject(
        "OpportunityHistory",
        "Opportunity History",
        _fields(
            "id: Id\nreference: OpportunityId CreatedById\ndatetime: CreatedDate SystemModstamp\n"
            "picklist: StageName ForecastCategory FromForecastCategory FromOpportunityStageName CurrencyIsoCode\n"
            "currency: Amount ExpectedRevenue PrevAmount\n"
            "date: CloseDate PrevCloseDate\npercent: Probability\nboolean: IsDeleted"
        ),
        paths={"Opportunity.IsDeleted": "boolean", "CreatedBy.Name": "string"},
        stamp="CreatedDate",
        parent="OpportunityId",
        is_replicated=False,
    ),
    Sobject(
        "OpportunityFieldHistory",
        "Opportunity Field History",
        _fields(
            "id: Id\nreference: OpportunityId CreatedById\ndatetime: CreatedDate\npicklist: Field DataType\n"
            "anyType: OldValue NewValue\nboolean: IsDeleted"
        ),
        paths={"Opportunity.IsDeleted": "boolean", "CreatedBy.Name": "string"},
        stamp="CreatedDate",
        parent="OpportunityId",
        is_replicated=False,
    ),
    Sobject(
        "Task",
        "Task",
        _fields(
            _ACTIVITY + "string: Subject CallDisposition\ntextarea: Description\n"
            "picklist: Status Priority Type TaskSubtype CallType CurrencyIsoCode\n"
            "boolean: IsClosed IsHighPriority IsReminderSet\ndate: ActivityDate\ndatetime: CompletedDateTime\n"
            "int: CallDurationInSeconds WhoCount WhatCount\n" + _AUDIT.strip()
        ),
        paths=_WHAT,
        parent="WhatId",
    ),
    Sobject(
        "Event",
        "Event",
        _fields(
            _ACTIVITY + "string: Subject Location\ntextarea: Description\npicklist: Type EventSubtype ShowAs\n"
            "picklist: CurrencyIsoCode GroupEventType\nboolean: IsAllDayEvent IsPrivate IsChild IsGroupEvent\n"
            "date: ActivityDate EndDate\ndatetime: ActivityDateTime StartDateTime EndDateTime\n"
            "int: DurationInMinutes WhoCount WhatCount\n" + _AUDIT.strip()
        ),
        paths=_WHAT,
        parent="WhatId",
    ),
    Sobject(
        "EmailMessage",
        "Email Message",
        _fields(
            "id: Id\nreference: ActivityId RelatedToId\nboolean: Incoming IsDeleted\nstring: Subject\n"
            "picklist: Status CurrencyIsoCode\ndatetime: MessageDate\n" + _AUDIT.strip()
        ),
        parent="RelatedToId",
    ),
    Sobject(
        "OpportunityContactRole",
        "Opportunity Contact Role",
        _fields(
            "id: Id\nreference: OpportunityId ContactId\npicklist: Role CurrencyIsoCode\n"
            "boolean: IsPrimary IsDeleted\n" + _AUDIT.strip()
        ),
        parent="OpportunityId",
    ),
    Sobject(
        "Quote",
        "Quote",
        _fields(
            "id: Id\nreference: OpportunityId OwnerId\nstring: Name QuoteNumber\npicklist: Status CurrencyIsoCode\n"
            "currency: GrandTotal TotalPrice\ndate: ExpirationDate\nboolean: IsDeleted IsSyncing\n" + _AUDIT.strip()
        ),
        parent="OpportunityId",
    ),
    Sobject(
        "OpportunityLineItem",
        "Opportunity Product",
        _fields(
            "id: Id\nreference: OpportunityId Product2Id\nstring: Name\npicklist: CurrencyIsoCode\n"
            "double: Quantity\ncurrency: UnitPrice TotalPrice\ndate: ServiceDate\nboolean: IsDeleted\n" + _AUDIT.strip()
        ),
        parent="OpportunityId",
    ),
    Sobject(
        "User",
        "User",
        _fields(
            "id: Id\nstring: Username FirstName LastName Name Alias Title Department\nemail: Email\n"
            "boolean: IsActive\npicklist: UserType TimeZoneSidKey DefaultCurrencyIsoCode\n"
            "reference: ManagerId UserRoleId ProfileId\n" + _AUDIT.strip()
        ),
        paths={"Profile.Name": "string", "Profile.UserLicense.Name": "string", "UserRole.Name": "string"},
        has_deleted=False,
    ),
    Sobject(
        "PermissionSetAssignment",
        "Permission Set Assignment",
        _fields("id: Id\nreference: AssigneeId PermissionSetId\nboolean: IsActive\ndatetime: SystemModstamp"),
        paths={"PermissionSet.PermissionsViewAllData": "boolean", "PermissionSet.Name": "string"},
        has_deleted=False,
    ),
    Sobject(
        "UserRole",
        "Role",
        _fields(
            "id: Id\nstring: Name DeveloperName\nreference: ParentRoleId ForecastUserId LastModifiedById\n"
            "datetime: LastModifiedDate SystemModstamp"
        ),
        has_deleted=False,
    ),
    Sobject(
        "OpportunityStage",
        "Opportunity Stage",
        _fields(
            "id: Id\nstring: ApiName MasterLabel Description\nint: SortOrder\npercent: DefaultProbability\n"
            "picklist: ForecastCategory ForecastCategoryName\nboolean: IsActive IsClosed IsWon\n" + _AUDIT.strip()
        ),
        has_deleted=False,
    ),
    Sobject(
        "RecordType",
        "Record Type",
        _fields(
            "id: Id\nstring: Name DeveloperName Description\npicklist: SobjectType\nreference: BusinessProcessId\n"
            "boolean: IsActive\n" + _AUDIT.strip()
        ),
        has_deleted=False,
    ),
    Sobject(
        "CurrencyType",
        "Currency Type",
        _fields(
            "id: Id\npicklist: IsoCode\ndouble: ConversionRate\nint: DecimalPlaces\n"
            "boolean: IsActive IsCorporate\n" + _AUDIT.strip()
        ),
        has_deleted=False,
    ),
    Sobject(
        "Organization",
        "Organization",
        _fields(
            "id: Id\nstring: Name\npicklist: OrganizationType InstanceName TimeZoneSidKey DefaultCurrencyIsoCode\n"
            "boolean: IsSandbox\ndatetime: CreatedDate SystemModstamp"
        ),
        has_deleted=False,
    ),
)
SOBJECTS: Final[dict[str, Sobject]] = {thing.name: thing for thing in _ALL}
OF_DEALS: Final = tuple(name for name, thing in SOBJECTS.items() if thing.parent or name == "Opportunity")
"""Objects whose records come from stories; the others are the org's own."""

REFERENCES: Final = {
    "OwnerId": "User",
    "CreatedById": "User",
    "LastModifiedById": "User",
    "ManagerId": "User",
    "AssigneeId": "User",
    "UserRoleId": "UserRole",
    "ParentRoleId": "UserRole",
    "ProfileId": "Profile",
    "PermissionSetId": "PermissionSet",
    "RecordTypeId": "RecordType",
    "OpportunityId": "Opportunity",
    "WhatId": "Opportunity",
    "RelatedToId": "Opportunity",
    "WhoId": "Contact",
    "ContactId": "Contact",
    "AccountId": "Account",
    "ActivityId": "Task",
    "SyncedQuoteId": "Quote",
}
"""What a look-up field points to."""

FORMULAS: Final[dict[tuple[str, str], str]] = {("Opportunity", "Discount_Value__c"): "Amount * 0.1"}
"""Calculated fields: they change without moving any date."""
