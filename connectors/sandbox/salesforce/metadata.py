"""What the org tells of itself: versions, objects, their fields, its limits, and who is asking."""

from __future__ import annotations

from typing import Any, Final

from connectors.sandbox.salesforce.errors import not_found
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.schema import FORMULAS, REFERENCES, SOBJECTS, Sobject
from connectors.sandbox.salesforce.words import PREFIXES, STAGES, record_id
from connectors.sandbox.wire import Answer

SEASONS: Final = ("Spring", "Summer", "Winter")
VERSIONS: Final = range(50, 65)
SOAP_TYPES: Final = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "int": "xsd:int",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "double": "xsd:double",
    "anyType": "xsd:anyType",
}
LENGTHS: Final = {"id": 18, "reference": 18, "string": 120, "picklist": 255, "email": 80, "textarea": 32_000}
BULK_JOBS: Final = 10_000


def versions() -> Answer:
    """GET /services/data/: three a year."""
    listed = []
    for number in VERSIONS:
        year, season = divmod(number - 48, 3)
        label = f"{SEASONS[season]} '{20 + year + (season == 2)}"
        listed.append({"label": label, "url": f"/services/data/v{number}.0", "version": f"{number}.0"})
    return Answer(200, listed)


def resources(base: str) -> Answer:
    """GET /services/data/vNN.0/."""
    names = ("sobjects", "query", "queryAll", "composite", "limits", "jobs")
    return Answer(200, {name: f"{base}/{name}" for name in names})


def sobjects(org: Org, base: str) -> Answer:
    """GET /sobjects/: every object that may be read."""
    listed = [_brief(thing, base) for name in SOBJECTS if (thing := org.sobject(name))]
    return Answer(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})


def describe(org: Org, name: str, base: str) -> Answer:
    """GET /sobjects/{name}/describe: fields that may not be seen are silently left out."""
    thing = org.sobject(name)
    if thing is None:
        raise not_found()
    body: dict[str, Any] = {"name": thing.name, "fields": [_field(thing, *item) for item in thing.fields.items()]}
    return Answer(200, {**_brief(thing, base), **body, "childRelationships": [], "recordTypeInfos": []})


def basic(org: Org, name: str, base: str) -> Answer:
    """GET /sobjects/{name}."""
    thing = org.sobject(name)
    if thing is None:
        raise not_found()
    return Answer(200, {"objectDescribe": _brief(thing, base), "recentItems": []})


def _brief(thing: Sobject, base: str) -> dict[str, Any]:
    url = f"{base}/sobjects/{thing.name}"
    is_own = thing.parent is None and thing.name != "Opportunity"
    return {
        "name": thing.name,
        "label": thing.label,
        "labelPlural": f"{thing.label}s",
        "custom": False,
        "customSetting": False,
        "keyPrefix": PREFIXES[thing.name],
        "layoutable": not is_own,
        "activateable": False,
        "searchable": not is_own,
        "createable": False,
        "updateable": False,
        "deletable": thing.has_deleted and thing.is_replicated,
        "undeletable": thing.has_deleted and thing.is_replicated,
        "mergeable": False,
        "queryable": True,
        "retrieveable": True,
        "replicateable": thing.is_replicated,
        "triggerable": False,
        "feedEnabled": False,
        "deprecatedAndHidden": False,
        "urls": {"sobject": url, "describe": f"{url}/describe", "rowTemplate": f"{url}/{{ID}}"},
    }


def _field(thing: Sobject, name: str, kind: str) -> dict[str, Any]:
    formula = FORMULAS.get((thing.name, name))
    length = LENGTHS.get(kind, 0)
    is_number = kind in ("currency", "percent", "double")
    return {
        "name": name,
        "label": name.removesuffix("__c").replace("_", " "),
        "type": kind,
        "soapType": SOAP_TYPES.get(kind, "xsd:string"),
        "length": length,
        "byteLength": length * (1 if kind in ("id", "reference") else 3),
        "precision": 18 if is_number else 0,
        "scale": 2 if is_number else 0,
        "digits": 8 if kind == "int" else 0,
        "custom": name.endswith("__c"),
        "calculated": formula is not None,
        "calculatedFormula": formula,
        "autoNumber": name == "QuoteNumber",
        "nillable": name not in ("Id", "StageName", "CloseDate", "IsDeleted"),
        "createable": False,
        "updateable": False,
        "filterable": kind != "textarea",
        "sortable": kind not in ("textarea", "anyType"),
        "groupable": kind not in ("textarea", "currency", "percent", "double", "anyType", "datetime"),
        "unique": False,
        "caseSensitive": False,
        "externalId": False,
        "idLookup": kind == "id",
        "nameField": name == "Name",
        "namePointing": name in ("WhatId", "WhoId"),
        "htmlFormatted": False,
        "dependentPicklist": False,
        "restrictedPicklist": False,
        "deprecatedAndHidden": False,
        "defaultedOnCreate": kind in ("id", "boolean") or name.startswith("Created"),
        "writeRequiresMasterRead": False,
        "controllerName": None,
        "defaultValue": False if kind == "boolean" else None,
        "defaultValueFormula": None,
        "inlineHelpText": None,
        "picklistValues": _choices(thing, name),
        "referenceTo": [REFERENCES[name]] if name in REFERENCES else [],
        "relationshipName": name.removesuffix("Id") if name in REFERENCES else None,
        "relationshipOrder": None,
    }


def _choices(thing: Sobject, name: str) -> list[dict[str, Any]]:
    if (thing.name, name) != ("Opportunity", "StageName"):
        return []
    names = [stage.name for stage in STAGES.values()]
    return [{"active": True, "defaultValue": False, "label": name, "validFor": None, "value": name} for name in names]


def limits(org: Org, used: int) -> Answer:
    """GET /limits."""
    day = org.knobs.requests_per_day
    return Answer(
        200,
        {
            "DailyApiRequests": {"Max": day, "Remaining": max(0, day - used)},
            "DailyBulkV2QueryJobs": {"Max": BULK_JOBS, "Remaining": BULK_JOBS},
            "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
        },
    )


def userinfo(org: Org, host: str) -> Answer:
    """GET /services/oauth2/userinfo: the integration user that the token stands for."""
    user = org.users.machines["integration"]
    return Answer(
        200,
        {
            "sub": f"http://{host}/id/{record_id('Organization', 1)}/{user.id}",
            "user_id": user.id,
            "organization_id": record_id("Organization", 1),
            "preferred_username": user.email,
            "name": user.name,
            "email": user.email,
            "user_type": "STANDARD",
            "active": True,
            "urls": {"rest": f"http://{host}/services/data/v{{version}}/"},
        },
    )
