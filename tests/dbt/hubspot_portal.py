"""A portal with one pipeline, and deals as HubSpot's API writes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.dbt.harness import Warehouse, at, record

PIPELINES = {
    "id": "p1",
    "label": "Sales",
    "stages": [
        {"id": "s1", "label": "First", "displayOrder": 0, "metadata": {"probability": "0.1", "isClosed": "false"}},
        {"id": "s2", "label": "Second", "displayOrder": 1, "metadata": {"probability": "0.5", "isClosed": "false"}},
        {"id": "sw", "label": "Signed", "displayOrder": 2, "metadata": {"probability": "1.0", "isClosed": "true"}},
        {
            "id": "new",
            "label": "Nobody mapped me",
            "displayOrder": 3,
            "metadata": {"probability": "0.2", "isClosed": "false"},
        },
    ],
}


QUOTE = {"hs_status": "APPROVED", "hs_createdate": "2024-03-06T10:00:00Z", "hubspot_owner_id": "42"}


def moment(value: str | None, timestamp: str, source: str = "CRM_UI", user: str = "7") -> dict[str, Any]:
    return {
        "value": value,
        "timestamp": timestamp,
        "sourceType": source,
        "sourceId": f"userId:{user}",
        "updatedByUserId": int(user),
    }


def deal(deal_id: str, properties: dict[str, Any] | None = None, **histories: list[dict[str, Any]]) -> dict[str, Any]:
    standard = {
        "dealname": f"Deal {deal_id}",
        "pipeline": "p1",
        "dealstage": "s1",
        "createdate": "2024-03-01T09:00:00Z",
        "amount": "100",
        "deal_currency_code": "EUR",
    }
    return {
        "id": deal_id,
        "properties": {**standard, **(properties or {})},
        "propertiesWithHistory": histories,
        "createdAt": "2024-03-01T09:00:00Z",
        "archived": False,
    }


def portal(path: Path) -> Warehouse:
    """A lake in `path` with the portal's pipeline, its mapping and two rates of the dollar."""
    home = Warehouse(path)
    home.reference(
        "connections",
        [
            {
                "connection": "acme",
                "crm": "hubspot",
                "state": "good",
                "judged_at": at("2024-06-03T05:00:00"),
                "default_currency": "EUR",
                "deal_url_template": "https://crm.example/deal/{id}",
            }
        ],
    )
    home.reference("pipeline_map", [{"connection": "acme", "pipeline_id": "p1", "deal_type": "new"}])
    home.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    home.reference(
        "stage_map",
        [
            {"connection": "acme", "pipeline_id": "p1", "stage_id": stage, "stage_key": key}
            for stage, key in (("s1", "one"), ("s2", "two"), ("sw", "won"))
        ],
    )
    home.reference(
        "fx_rates",
        [
            {"currency": "USD", "rate_to_home": 0.8, "valid_from": date(2024, 1, 1)},
            {"currency": "USD", "rate_to_home": 0.9, "valid_from": date(2024, 5, 1)},
        ],
    )
    home.lake("hubspot__pipelines", [record("p1", PIPELINES)])
    return home


def deals_of(home: Warehouse) -> dict[str, dict[str, Any]]:
    return {row["deal_id"]: row for row in home.query("select * from canonical.int_deals")}
