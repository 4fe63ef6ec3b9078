"""What surrounds the deals: pipelines, stages, users, kinds of activities, currencies, and the sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from connectors.sandbox.people import Person
from connectors.sandbox.pipedrive import render
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.errors import invalid
from connectors.sandbox.pipedrive.pages import order_of, row_page, whole
from connectors.sandbox.pipedrive.words import OPENED, PIPELINE_IDS, STAGE_IDS, naive, rfc3339, user_id
from connectors.sandbox.stock import PIPELINES
from connectors.sandbox.wire import Answer
from connectors.sandbox.workdays import DAY

Rows = list[dict[str, Any]]
COMPANY: Final = {
    "company_id": 1,
    "company_name": "Example Sales",
    "company_domain": "example-sales",
    "company_country": "DE",
    "company_industry": "IT Services",
    "language": {"language_code": "en", "country_code": "GB"},
}
ACTIVITY_TYPES: Final = ("call", "meeting", "task", "deadline", "email", "lunch")
CURRENCIES: Final = (("EUR", "Euro", "€"), ("USD", "US Dollar", "$"), ("GBP", "Pound Sterling", "£"))
STAMPS: Final = {"add_time": rfc3339(OPENED), "update_time": rfc3339(OPENED + 30 * DAY)}


def pipelines(query: Mapping[str, str]) -> Answer:
    """GET /api/v2/pipelines."""
    every = [
        {
            "id": PIPELINE_IDS[pipeline],
            "name": label,
            "order_nr": order,
            "is_deleted": False,
            "is_deal_probability_enabled": True,
            **STAMPS,
        }
        for order, (pipeline, label, _) in enumerate(PIPELINES, 1)
    ]
    return _sorted_page(every, query, ("id", "update_time", "add_time"))


def stages(query: Mapping[str, str]) -> Answer:
    """GET /api/v2/stages: no winning or losing ones, those are statuses."""
    wanted = whole(query, "pipeline_id")
    every = [
        {
            "id": STAGE_IDS[stage],
            "order_nr": order,
            "name": name,
            "is_deleted": False,
            "deal_probability": round(float(probability) * 100),
            "pipeline_id": PIPELINE_IDS[pipeline],
            "is_deal_rot_enabled": False,
            "days_to_rotten": None,
            **STAMPS,
        }
        for pipeline, _, of_pipeline in PIPELINES
        if wanted in (None, PIPELINE_IDS[pipeline])
        for order, (stage, name, probability, closed) in enumerate(of_pipeline, 1)
        if not closed
    ]
    return _sorted_page(every, query, ("id", "update_time", "add_time", "order_nr"))


def _sorted_page(every: Rows, query: Mapping[str, str], orders: tuple[str, ...]) -> Answer:
    for name in ("updated_since", "updated_until"):
        if name in query:
            raise invalid(f"{name} is not allowed")
    sort_by, direction = order_of(query, orders)
    every.sort(key=lambda row: (row[sort_by], row["id"]), reverse=direction == "desc")
    return row_page(every, query)


def users(company: Company) -> Answer:
    """GET /v1/users: everybody at once; those who left are not active any more."""
    every = [user(person) for person in company.crew.everybody]
    return Answer(200, {"success": True, "data": [] if company.knobs.empty else every})


def me(company: Company) -> Answer:
    """GET /v1/users/me: the user of the token."""
    return Answer(200, {"success": True, "data": {**user(company.crew.everybody[0]), **COMPANY}})


def user(person: Person) -> dict[str, Any]:
    """A user as v1 shows it."""
    seen = naive(OPENED + 30 * DAY)
    is_me = person.number == 0
    return {
        "id": user_id(person),
        "name": f"{person.first} {person.last}",
        "default_currency": "EUR",
        "locale": "de_DE",
        "lang": 1,
        "email": person.email,
        "phone": None,
        "activated": True,
        "last_login": seen,
        "created": naive(OPENED),
        "modified": seen,
        "has_created_company": is_me,
        "access": [{"app": "sales", "admin": is_me, "permission_set_id": "62cc4d7f-4038-4352-abf3-a8c1c822b631"}],
        "active_flag": not person.left,
        "timezone_name": "Europe/Berlin",
        "timezone_offset": "+01:00",
        "role_id": int(person.team_id),
        "icon_url": None,
        "is_you": is_me,
        "is_deleted": False,
    }


def activity_types() -> Answer:
    """GET /v1/activityTypes: those that every account begins with."""
    every = [
        {
            "id": number,
            "order_nr": number,
            "name": word.capitalize(),
            "key_string": word,
            "icon_key": word,
            "active_flag": True,
            "color": "FFFFFF",
            "is_custom_flag": False,
            "add_time": naive(OPENED),
            "update_time": naive(OPENED),
        }
        for number, word in enumerate(ACTIVITY_TYPES, 1)
    ]
    return Answer(200, {"success": True, "data": every})


def currencies() -> Answer:
    """GET /v1/currencies."""
    every = [
        {
            "id": number,
            "code": code,
            "name": name,
            "decimal_points": 2,
            "symbol": symbol,
            "active_flag": True,
            "is_custom_flag": False,
        }
        for number, (code, name, symbol) in enumerate(CURRENCIES, 1)
    ]
    return Answer(200, {"success": True, "data": every})


def summary(company: Company, query: Mapping[str, str], *, archived: bool) -> Answer:
    """GET /v1/deals/summary and /summary/archived: count and sum per currency, without deleted deals."""
    wanted = {"status": query.get("status"), "owner_id": whole(query, "user_id")}
    wanted |= {name: whole(query, name) for name in ("pipeline_id", "stage_id")}
    found: dict[str, list[float]] = defaultdict(list)
    with company.lock:
        for index in range(company.deals):
            story = company.story(index)
            if not company.knows(index) or company.is_archived(story) != archived:
                continue
            shown = render.deal(company, story)
            if not shown["is_deleted"] and all(value in (None, shown[name]) for name, value in wanted.items()):
                found[shown["currency"]].append(shown["value"])
    return Answer(200, {"success": True, "data": _sums(found)})


def _sums(found: Mapping[str, list[float]]) -> dict[str, Any]:
    sums = {currency: round(sum(values), 2) for currency, values in found.items()}
    everything = round(sum(sums.values()), 2)
    plain = {
        currency: {"value": total, "count": len(found[currency]), "value_formatted": f"{currency} {total}"}
        for currency, total in sums.items()
    }
    # One unit of each currency counts as one of the company's: nobody reads converted sums here.
    return {
        "values_total": {
            currency: {
                **row,
                "value_converted": row["value"],
                "value_converted_formatted": row["value_formatted"],
            }
            for currency, row in plain.items()
        },
        "weighted_values_total": plain,
        "total_count": sum(len(values) for values in found.values()),
        "total_currency_converted_value": everything,
        "total_weighted_currency_converted_value": everything,
        "total_currency_converted_value_formatted": f"EUR {everything}",
        "total_weighted_currency_converted_value_formatted": f"EUR {everything}",
    }
