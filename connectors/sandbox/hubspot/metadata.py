"""What surrounds the deals: owners, properties, the account itself. Pipelines are `pipelines`'."""

from __future__ import annotations

from typing import Any, Final

from connectors.sandbox.hubspot.errors import not_found
from connectors.sandbox.hubspot.objects import page_size
from connectors.sandbox.hubspot.pipelines import OPENED
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.render import DEAL_FIELDS, activity_fields, document_fields
from connectors.sandbox.hubspot.words import SINGULAR, iso
from connectors.sandbox.model import Activity, Document
from connectors.sandbox.people import Crew, Person
from connectors.sandbox.wire import Answer
from connectors.sandbox.workdays import DAY

CALCULATED: Final = frozenset(("num_associated_contacts", "hs_is_closed", "hs_is_closed_won", "hs_lastmodifieddate"))


def owners(portal: Portal, query: dict[str, str]) -> Answer:
    """GET /crm/v3/owners: those who left only with archived=true."""
    limit = page_size(query.get("limit"), 100, 500)
    archived = query.get("archived", "false") == "true"
    everybody = [person for person in portal.crew.everybody if person.left == archived]
    after = int(query["after"]) if query.get("after", "").isdigit() else 0
    found = [person for person in everybody if int(person.owner_id) > after]
    body: dict[str, Any] = {"results": [_owner(person) for person in found[:limit]]}
    if len(found) > limit:
        body["paging"] = {"next": {"after": found[limit - 1].owner_id}}
    return Answer(200, body)


def _owner(person: Person) -> dict[str, Any]:
    return {
        "id": person.owner_id,
        "email": person.email,
        "type": "PERSON",
        "firstName": person.first,
        "lastName": person.last,
        "userId": None if person.left else person.user_id,
        "userIdIncludingInactive": person.user_id,
        "createdAt": iso(OPENED),
        "updatedAt": iso(OPENED + 30 * DAY),
        "archived": person.left,
        "teams": [] if person.left else [{"id": person.team_id, "name": person.team, "primary": True}],
    }


def properties(kind: str) -> Answer:
    """GET /crm/v3/properties/{kind}."""
    known = _known(kind)
    results = [
        {
            "name": name,
            "label": name.replace("hs_", "").replace("_", " ").capitalize(),
            "type": of_type,
            "fieldType": {"datetime": "date", "number": "number", "enumeration": "select"}.get(of_type, "text"),
            "groupName": f"{SINGULAR[kind]}information",
            "options": [],
            "calculated": name in CALCULATED,
            "archived": False,
            "hubspotDefined": True,
        }
        for name, of_type in known.items()
    ]
    return Answer(200, {"results": results})


def _known(kind: str) -> dict[str, str]:
    if kind == "deals":
        return DEAL_FIELDS
    if kind in ("quotes", "line_items"):
        names = document_fields(Document(SINGULAR[kind], OPENED, ""))
    elif kind in ("meetings", "calls", "emails"):
        names = activity_fields(Activity(SINGULAR[kind], OPENED, OPENED, "", 0, 0), Crew(1), OPENED)
    else:
        raise not_found(f"/crm/v3/properties/{kind}")
    return dict.fromkeys((*names, "hs_object_id"), "string")


def account(portal: Portal) -> Answer:
    """GET /account-info/v3/details."""
    body = {
        "portalId": 26_000_000 + portal.organisation.seed,
        "accountType": "DEVELOPER_TEST",
        "timeZone": "Europe/Berlin",
        "companyCurrency": "EUR",
        "additionalCurrencies": ["GBP", "USD"],
        "utcOffset": "+02:00",
        "utcOffsetMilliseconds": 7_200_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "eu1",
    }
    return Answer(200, body)


def daily_usage(portal: Portal, used: int) -> Answer:
    """GET /account-info/v3/api-usage/daily/private-apps."""
    limit = portal.knobs.per_day or 625_000
    moment = iso(portal.now)
    usage = {"name": "private-apps-api-calls-daily", "usageLimit": limit, "currentUsage": used}
    return Answer(200, {"results": [{**usage, "collectedAt": moment, "fetchStatus": "SUCCESS"}]})
