"""A Pipedrive of a few deals in memory, with the habits that lose data or tokens. Independent of the sandbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.pipedrive.connector import PipedriveConnector
from connectors.pipedrive.costs import COSTS
from connectors.pipedrive.open import open_connector
from tests.connectors.http_fakes import FakeAdapter, Hands

START = datetime(2026, 3, 1, tzinfo=UTC)
TOKEN = "canary0token1111222233334444555566667777"
TIER = "9b1c0d64a7e25f83b0c4d1e6f72a8093c5d4e1fa"


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def naive(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


class FakePipedrive:
    """`calls` counts by endpoint, `tokens` what they cost; `faults` maps a path part to replies given first."""

    def __init__(self) -> None:
        self.deals: dict[int, dict[str, Any]] = {}
        self.changes: dict[int, list[dict[str, Any]]] = {}
        self.details: dict[str, dict[int, list[dict[str, Any]]]] = {"products": {}, "participants": {}, "mails": {}}
        self.activities: dict[int, dict[str, Any]] = {}
        self.calls: Counter[str] = Counter()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.faults: dict[str, list[Any]] = {}
        self.tokens = 0
        self.day_limit: int | None = None
        self.page = 500
        self.old_cursors: set[str] = set()

    def put(self, number: int, at: datetime = START, **fields: Any) -> None:
        standard = {
            "id": number,
            "title": f"Deal {number}",
            "owner_id": 7,
            "value": 100,
            "pipeline_id": 1,
            "stage_id": 1,
            "status": "open",
            "add_time": stamp(START),
            "update_time": stamp(at),
            "stage_change_time": None,
            "is_archived": False,
            "is_deleted": False,
            "custom_fields": {},
        }
        self.deals[number] = {**standard, **fields}

    def move(self, number: int, at: datetime, *, tell: bool = True, source: str = "app") -> None:
        """The deal goes to its next stage; `tell` False: its own record denies it."""
        deal = self.deals[number]
        entry = {
            "field_key": "stage_id",
            "old_value": str(deal["stage_id"]),
            "new_value": str(deal["stage_id"] + 1),
            "actor_user_id": 7,
            "time": naive(at),
            "change_source": source,
            "change_source_user_agent": "Mozilla/5.0",
        }
        self.changes.setdefault(number, []).append(entry)
        told = {"stage_change_time": stamp(at)} if tell else {}
        self.put(number, **{**deal, "stage_id": deal["stage_id"] + 1, "update_time": stamp(at), **told})

    def __call__(self, request: Any) -> Any:
        parts = urlsplit(request.url)
        assert TOKEN not in request.url
        if request.headers.get("x-api-token") != TOKEN:
            return 401, {"success": False, "error": "unauthorized access", "errorCode": 401}
        endpoint, number = _endpoint(parts.path)
        query = {name: given[0] for name, given in parse_qs(parts.query).items()}
        for part, replies in self.faults.items():
            if part in parts.path and replies:
                return replies.pop(0)
        self.calls[endpoint] += 1
        self.asked.append((endpoint, query))
        cost = COSTS[endpoint]
        if self.day_limit is not None and self.tokens + cost > self.day_limit:
            return 429, {"success": False, "error": "Daily limit"}, self.headers()
        self.tokens += cost
        status, body = self.answer(endpoint, number, query)
        return status, body, self.headers()

    def headers(self) -> dict[str, str]:
        told = {"x-ratelimit-limit": "10000", "x-ratelimit-remaining": "9999", "x-ratelimit-reset": "1"}
        if self.day_limit is not None:
            told["x-daily-ratelimit-token-limit"] = str(self.day_limit)
            told["x-daily-ratelimit-token-remaining"] = str(self.day_limit - self.tokens)
        return told

    def next_day(self) -> None:
        self.tokens = 0

    def answer(self, endpoint: str, number: int, query: dict[str, str]) -> tuple[int, Any]:  # noqa: C901 - one case each
        match endpoint.removeprefix("/api/v2").removeprefix("/v1"):
            case "/deals" | "/deals/archived":
                return self.listed(self.deals, query, self.matching(endpoint.endswith("archived"), query))
            case "/activities":
                return self.listed(self.activities, query, lambda thing: True)
            case "/deals/{id}/changelog":
                if number not in self.deals:
                    return 404, {"success": False, "error": "Deal not found"}
                return 200, _paged(self.changes.get(number, [])[::-1], query, self.page)
            case "/deals/{id}/participantsChangelog":
                return 200, _paged(self.details["participants"].get(number, [])[::-1], query, self.page)
            case "/deals/{id}/mailMessages":
                mails = [{"object": "mailMessage", "data": mail} for mail in self.details["mails"].get(number, [])]
                start = int(query["start"])
                more = start + 2 < len(mails)
                paging = {"more_items_in_collection": more, **({"next_start": start + 2} if more else {})}
                return 200, _ok(mails[start : start + 2], {"pagination": paging})
            case "/deals/products":
                wanted = [int(each) for each in query["deal_ids"].split(",")]
                return 200, _ok([product for deal in wanted for product in self.details["products"].get(deal, [])])
            case "/deals/summary" | "/deals/summary/archived":
                archived = endpoint.endswith("archived")
                return 200, _ok(
                    {"total_count": len([d for d in self.deals.values() if self.matching(archived, {})(d)])}
                )
            case "/stages":
                assert "updated_since" not in query
                stages = [{"id": n, "name": f"S{n}", "order_nr": n, "pipeline_id": 1} for n in (1, 2, 3, 4)]
                return 200, _ok(
                    [*stages, {"id": 9, "name": "Gone", "order_nr": 0, "pipeline_id": 1, "is_deleted": True}]
                )
            case "/pipelines":
                return 200, _ok([{"id": 1, "name": "Sales", "order_nr": 1}])
            case "/dealFields":
                return 200, _ok([{"field_code": TIER, "field_name": "Tier", "is_custom_field": True, "options": None}])
            case "/users":
                return 200, _ok([{"id": 7, "name": "Ann", "email": "ann@x.test", "phone": "0123", "active_flag": True}])
            case "/users/me":
                return 200, _ok({"id": 7, "name": "Ann", "company_name": "X", "company_domain": "x", "access": []})
        return 404, {"success": False, "error": f"no {endpoint}"}

    def matching(self, archived: bool, query: dict[str, str]) -> Callable[[dict[str, Any]], bool]:
        status = query.get("status")

        def matches(deal: dict[str, Any]) -> bool:
            if deal["is_archived"] != archived or (status == "deleted") != deal["is_deleted"]:
                return False
            return "ids" not in query or str(deal["id"]) in query["ids"].split(",")

        return matches

    def listed(self, things: dict[int, Any], query: dict[str, str], matches: Callable[[Any], bool]) -> tuple[int, Any]:
        assert int(query["limit"]) <= 500
        by = query.get("sort_by", "id")
        cursor = query.get("cursor")
        if cursor in self.old_cursors:
            self.old_cursors.remove(cursor)
            return 400, {"success": False, "error": "Invalid cursor"}
        since = query.get("updated_since", "")
        assert "." not in since
        found = sorted((str(thing[by]).zfill(20), thing["id"]) for thing in things.values() if matches(thing))
        found = [key for key in found if things[key[1]]["update_time"] >= since]
        if cursor is not None:
            value, identity = cursor.split("|")
            found = [key for key in found if key > (value, int(identity))]
        page = found[: self.page]
        following = f"{page[-1][0]}|{page[-1][1]}" if len(found) > self.page else None
        return 200, _ok([things[identity] for _, identity in page], {"next_cursor": following})


def _ok(data: Any, more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"success": True, "data": data, "additional_data": more or {"next_cursor": None}}


def _paged(entries: list[Any], query: dict[str, str], most: int) -> dict[str, Any]:
    start = int(query.get("cursor", 0))
    following = str(start + most) if start + most < len(entries) else None
    return _ok(entries[start : start + most] or None, {"next_cursor": following})


def _endpoint(path: str) -> tuple[str, int]:
    words = path.split("/")
    number = next((int(word) for word in words if word.isdigit()), 0)
    return "/".join("{id}" if word.isdigit() else word for word in words), number


def settings(base_url: str | None = "https://api.pipedrive.test", **more: Any) -> SimpleNamespace:
    given = {"fields": {}, "read_fields": [], "options": {}, "credentials": {"token": "ACME_TOKEN"}, **more}
    return SimpleNamespace(name="acme", base_url=base_url, **given)


def connect(
    fake: Any, hands: Hands | None = None, *, env: dict[str, str] | None = None, **more: Any
) -> PipedriveConnector:
    timing = (hands or Hands()).timing()
    entry = settings(**more)
    return open_connector(
        entry, env or {"ACME_TOKEN": TOKEN}, lambda: START + timedelta(days=1), adapter=FakeAdapter(fake), timing=timing
    )


def read_all(connector: PipedriveConnector, name: str, synced_to: datetime | None = None, **position: Any) -> list[Any]:
    stream = next(stream for stream in connector.streams() if stream.name == name)
    pages = list(connector.pages(stream, position=position, synced_to=synced_to))
    assert [page.last for page in pages] == [*[False] * (len(pages) - 1), True]
    return [record for page in pages for record in page.records]
