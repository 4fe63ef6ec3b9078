"""The org's users, roles and its other own records: stages, record types, currencies, the organisation itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from connectors.sandbox.model import Actor
from connectors.sandbox.people import TEAMS, Crew, Person
from connectors.sandbox.salesforce.words import CATEGORY_NAMES, MACHINES, RECORD_TYPES, STAGES, record_id

Row = dict[str, Any]
HEAD_ROLE: Final = 1
CURRENCIES: Final = (("EUR", 1.0), ("USD", 1.08), ("GBP", 0.85))


@dataclass(frozen=True, slots=True)
class User:
    """Whom an id stands for."""

    id: str
    name: str
    email: str


class Users:
    """Everybody of the org, sellers and machines, by the numbers that stories know them by."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.sellers = tuple(_user(person) for person in crew.everybody)
        self.machines = {
            actor: User(record_id("User", number), name, f"machine.{number}@example.com")
            for actor, (number, name, _) in MACHINES.items()
        }
        self._by_owner = {person.owner_id: user for person, user in zip(crew.everybody, self.sellers, strict=True)}
        self._names = {user.id: user.name for user in (*self.sellers, *self.machines.values())}

    def of_owner(self, owner_id: str | None, otherwise: int) -> User:
        """The user behind the stories' owner id; for an id that nobody has, the seller with that number."""
        return self._by_owner.get(owner_id or "") or self.sellers[otherwise]

    def id_of_number(self, number: int) -> str:
        """The id of the seller with this number."""
        return self.sellers[number].id

    def machine(self, actor: Actor) -> str:
        """The id of the user under which something that is no person works."""
        return (self.machines.get(actor) or self.machines["workflow"]).id

    def name_of(self, user_id: str) -> str:
        """The name of a user."""
        return self._names[user_id]


def _user(person: Person) -> User:
    return User(record_id("User", person.number + 1), f"{person.first} {person.last}", person.email)


def own_records(users: Users, opened: int) -> dict[str, list[Row]]:
    """The records that belong to the org and not to a deal, all made at `opened` (seconds)."""
    maker = users.machines["workflow"].id
    audit: Row = {
        "CreatedById": maker,
        "LastModifiedById": maker,
        "CreatedDate": opened,
        "LastModifiedDate": opened,
        "SystemModstamp": opened,
    }
    return {
        "User": [{**row, **audit} for row in _users(users)],
        "UserRole": [{**row, **audit} for row in _roles()],
        "OpportunityStage": [{**row, **audit} for row in _stages()],
        "RecordType": [
            {
                "Id": record_id("RecordType", number),
                "Name": pipeline.capitalize(),
                "DeveloperName": pipeline.capitalize(),
                "SobjectType": "Opportunity",
                "IsActive": True,
                **audit,
            }
            for pipeline, number in RECORD_TYPES.items()
        ],
        "PermissionSetAssignment": [
            {
                "Id": record_id("PermissionSetAssignment", 1),
                "AssigneeId": users.machines["integration"].id,
                "IsActive": True,
                "PermissionSet.Name": "Read_Everything",
                "PermissionSet.PermissionsViewAllData": True,
                "SystemModstamp": opened,
            }
        ],
        "CurrencyType": [
            {
                "Id": record_id("CurrencyType", number),
                "IsoCode": code,
                "ConversionRate": rate,
                "DecimalPlaces": 2,
                "IsActive": True,
                "IsCorporate": number == 1,
                **audit,
            }
            for number, (code, rate) in enumerate(CURRENCIES, 1)
        ],
        "Organization": [
            {
                "Id": record_id("Organization", 1),
                "Name": "Simulated Ltd",
                "OrganizationType": "Developer Edition",
                "InstanceName": "SIM1",
                "TimeZoneSidKey": "Europe/Berlin",
                "DefaultCurrencyIsoCode": "EUR",
                "IsSandbox": False,
                "CreatedDate": opened,
                "SystemModstamp": opened,
            }
        ],
    }


def _users(users: Users) -> list[Row]:
    """Sellers report to the first of their team; machines to nobody."""
    leads: dict[str, str] = {}
    rows: list[Row] = []
    for person, user in zip(users.crew.everybody, users.sellers, strict=True):
        lead = leads.setdefault(person.team_id, user.id)
        rows.append(
            {
                **_named(user, person.first, person.last),
                "IsActive": not person.left,
                "UserType": "Standard",
                "ManagerId": None if lead == user.id else lead,
                "UserRoleId": record_id("UserRole", _role_number(person.team_id)),
                "UserRole.Name": person.team,
                "Profile.Name": "Standard User",
                "Profile.UserLicense.Name": "Salesforce",
            }
        )
    for actor, user in users.machines.items():
        licence = "Salesforce Integration" if actor == "integration" else "Salesforce"
        rows.append(
            {
                **_named(user, None, user.name),
                "IsActive": True,
                "UserType": MACHINES[actor][2],
                "Profile.Name": "System",
                "Profile.UserLicense.Name": licence,
            }
        )
    return rows


def _named(user: User, first: str | None, last: str) -> Row:
    return {
        "Id": user.id,
        "Username": user.email,
        "Email": user.email,
        "FirstName": first,
        "LastName": last,
        "Name": user.name,
        "Alias": last[:8].lower(),
        "TimeZoneSidKey": "Europe/Berlin",
        "DefaultCurrencyIsoCode": "EUR",
    }


def _role_number(team_id: str) -> int:
    return HEAD_ROLE + 1 + [team for team, _ in TEAMS].index(team_id)


def _roles() -> list[Row]:
    head = record_id("UserRole", HEAD_ROLE)
    rows: list[Row] = [{"Id": head, "Name": "Head of Sales", "DeveloperName": "Head_of_Sales", "ParentRoleId": None}]
    for team_id, team in TEAMS:
        role = record_id("UserRole", _role_number(team_id))
        rows.append({"Id": role, "Name": team, "DeveloperName": team.replace(" ", "_"), "ParentRoleId": head})
    return rows


def _stages() -> list[Row]:
    return [
        {
            "Id": record_id("OpportunityStage", number),
            "ApiName": stage.name,
            "MasterLabel": stage.name,
            "SortOrder": number,
            "DefaultProbability": float(stage.probability),
            "ForecastCategory": stage.category,
            "ForecastCategoryName": CATEGORY_NAMES[stage.category],
            "IsActive": True,
            "IsClosed": stage.is_closed,
            "IsWon": stage.is_won,
        }
        for number, stage in enumerate(STAGES.values(), 1)
    ]
