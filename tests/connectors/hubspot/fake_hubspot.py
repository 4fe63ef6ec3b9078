"""A HubSpot of a few objects in memory, with the habits of the real one that lose data. Independent of the sandbox."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import orjson

from connectors.hubspot.catalogue import DEAL_HISTORY, DEAL_PROPERTIES
from connectors.hubspot.connector import HubSpotConnector
from connectors.hubspot.open import open_connector
from tests.connectors.http_fakes import FakeAdapter, Hands

START = datetime(2026, 3, 1, tzinfo=UTC)
TOKEN = "pat-eu1-canary0-1111-2222-3333-444444444444"
KINDS = ("deals", "meetings", "calls", "emails", "quotes", "line_items")


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return round(moment.timestamp() * 1000)


class FakeHubSpot:
    """`calls` counts requests by what they are; `faults` maps a path part to replies given first."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict]] = {kind: {} for kind in KINDS}
        self.indexes: dict[str, list] = {}
        self.links: dict[tuple[str, str, int], list[int]] = {}
        self.calls: Counter[str] = Counter()
        self.faults: dict[str, list] = {}
        self.forbidden: set[str] = set()
        self.hidden_from_search: set[int] = set()
        self.properties = {*DEAL_PROPERTIES, *DEAL_HISTORY}
        self.headers: dict[str, str] = {
            "x-hubspot-ratelimit-max": "100000",
            "x-hubspot-ratelimit-interval-milliseconds": "10000",
        }
        self.association_page = 500
        self.asked: list[dict] = []

    def put(self, kind: str, number: int, at: datetime, *, archived: bool = False, history=None, **properties) -> None:
        values = {"hs_object_id": str(number), "hs_lastmodifieddate": stamp(at), "createdate": stamp(at), **properties}
        thing = {
            "id": str(number),
            "properties": values,
            "createdAt": stamp(at),
            "updatedAt": stamp(at),
            "archived": archived,
        }
        thing["_history"] = history or {"dealstage": [{"value": values.get("dealstage"), "timestamp": stamp(at)}]}
        self.objects[kind][number] = thing
        self.indexes.pop(kind, None)

    def deals(self, count: int, at: datetime = START, step=timedelta(seconds=1), first: int = 1) -> None:
        for n in range(count):
            self.put("deals", first + n, at + n * step, dealstage="s1", hs_is_closed="false" if n % 3 else "true")

    def __call__(self, request):
        path = urlsplit(request.url).path
        for part, replies in self.faults.items():
            if part in path and replies:
                return replies.pop(0)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"status": "error", "category": "INVALID_AUTHENTICATION", "message": "Authentication invalid."}
        for name in self.forbidden:
            if f"/{name}" in path:
                scope = f"crm.objects.{name}.read"
                errors = [{"message": "One or more", "context": {"requiredGranularScopes": [scope]}}]
                return 403, {"status": "error", "category": "MISSING_SCOPES", "message": "scopes", "errors": errors}
        body = orjson.loads(request.body) if request.body else {}
        query = {k: v[0] for k, v in parse_qs(urlsplit(request.url).query).items()}
        self.asked.append({"path": path, **query, **body})
        status, answer = self.answer(path.strip("/").split("/"), query, body)
        return status, answer, {} if path.endswith("/search") else self.headers

    def answer(self, path, query, body):
        match path:
            case ["crm", "v3", "objects", kind, "search"]:
                self.calls["search"] += 1
                return self.search(kind, body)
            case ["crm", "v3", "objects", kind, "batch", "read"]:
                self.calls["batch"] += 1
                assert len(body["inputs"]) <= (50 if "propertiesWithHistory" in body else 100)
                found = [self.objects[kind].get(int(item["id"])) for item in body["inputs"]]
                things = [
                    self.show(t, body["properties"], body.get("propertiesWithHistory"))
                    for t in found
                    if t and not t["archived"]
                ]
                return (200 if len(things) == len(found) else 207), {"status": "COMPLETE", "results": things}
            case ["crm", "v3", "objects", kind]:
                return self.list(kind, query)
            case ["crm", "v4", "associations", source, target, "batch", "read"]:
                self.calls["associations"] += 1
                assert len(body["inputs"]) <= 1000
                return self.associated(source, target, body["inputs"])
            case ["crm", "v3", "properties", _]:
                return 200, {"results": [{"name": name} for name in sorted(self.properties)]}
            case ["crm", "v3", "pipelines", "deals"]:
                stage = {"id": "s1", "label": "One", "metadata": {"probability": "0.1", "isClosed": "false"}}
                return 200, {"results": [{"id": "default", "label": "Sales", "stages": [stage], "archived": False}]}
            case ["crm", "v3", "owners"]:
                archived = query["archived"] == "true"
                ids = ["9"] if archived else ["7", "8"]
                return 200, {"results": [{"id": i, "email": f"{i}@x.test", "archived": archived} for i in ids]}
            case ["account-info", "v3", "details"]:
                return 200, {
                    "portalId": 4711,
                    "accountType": "STANDARD",
                    "timeZone": "Europe/Berlin",
                    "companyCurrency": "EUR",
                }
        return 404, {"message": f"no such path {path}"}

    def show(self, thing, properties, history=None):
        shown = {k: v for k, v in thing.items() if k != "_history"}
        shown["properties"] = {
            k: v for k, v in thing["properties"].items() if k in {*properties, "hs_object_id", "hs_lastmodifieddate"}
        }
        if history:
            shown["propertiesWithHistory"] = {k: thing["_history"].get(k, []) for k in history}
        return shown

    def list(self, kind, query):
        archived, limit = query["archived"] == "true", int(query["limit"])
        self.calls["archived" if archived else "list"] += 1
        history = query.get("propertiesWithHistory")
        assert limit <= (50 if history else 100)
        after = int(query.get("after", 0))
        rows = [n for n in sorted(self.objects[kind]) if n > after and self.objects[kind][n]["archived"] == archived]
        page, rest = rows[:limit], rows[limit:]
        things = [
            self.show(self.objects[kind][n], query["properties"].split(","), history and history.split(","))
            for n in page
        ]
        return 200, {"results": things, **({"paging": {"next": {"after": str(page[-1])}}} if rest else {})}

    def search(self, kind, body):
        limit, after = body["limit"], int(body.get("after", 0))
        assert limit <= 200
        assert len(body["sorts"]) <= 1
        if after + limit > 10_000:
            return 400, {"message": "There was a problem with the request: 10,000 results"}
        rows = self.index(kind)
        for rule in body["filterGroups"][0]["filters"] if body["filterGroups"] else []:
            if rule["value"] == "0":
                return 500, {"message": "internal error"}
            rows = self.passing(rows, rule)
        rows = [t for n, _, t in rows if n not in self.hidden_from_search]
        if body["sorts"]:
            name, down = body["sorts"][0]["propertyName"], body["sorts"][0]["direction"] == "DESCENDING"
            rows = rows if name == "hs_lastmodifieddate" else sorted(rows, key=lambda t: int(t["id"]))
            rows = rows[::-1] if down else rows
        page = rows[after : after + limit]
        more = {"paging": {"next": {"after": str(after + limit)}}} if after + limit < len(rows) else {}
        return 200, {"total": len(rows), "results": [self.show(t, body["properties"]) for t in page], **more}

    def index(self, kind):
        """(id, milliseconds, object) of live objects by time; equal times in no order, as HubSpot promises none."""
        if kind not in self.indexes:
            rows = [(n, ms(t["properties"]["hs_lastmodifieddate"]), t) for n, t in self.objects[kind].items()]
            chance = random.Random(5)
            self.indexes[kind] = sorted(
                (r for r in rows if not r[2]["archived"]), key=lambda r: (r[1], chance.random())
            )
        return self.indexes[kind]

    def passing(self, rows, rule):
        name, operator, value = rule["propertyName"], rule["operator"], rule["value"]
        if operator == "EQ":
            return [r for r in rows if r[2]["properties"].get(name) == value]
        bound = int(value)
        if name == "hs_object_id":
            return [r for r in rows if r[0] > bound] if operator == "GT" else None
        edge = bisect_left(rows, bound, key=lambda r: r[1])
        return {"GTE": rows[edge:], "LT": rows[:edge]}[operator]

    def associated(self, source, target, inputs):
        results, errors = [], []
        for item in inputs:
            all_of = self.links.get((source, target, int(item["id"])), [])
            begin = int(item.get("after", 0))
            if not all_of:
                errors.append({"category": "OBJECT_NOT_FOUND", "context": {"fromObjectId": [item["id"]]}})
                continue
            to = [{"toObjectId": n, "associationTypes": []} for n in all_of[begin : begin + self.association_page]]
            result = {"from": {"id": item["id"]}, "to": to}
            if begin + self.association_page < len(all_of):
                result["paging"] = {"next": {"after": str(begin + self.association_page)}}
            results.append(result)
        return (207 if errors else 200), {"status": "COMPLETE", "results": results, "errors": errors}


def settings(**changes):
    given = {
        "name": "emea",
        "base_url": "https://api.test",
        "credentials": {"token": "EMEA_TOKEN"},
        "fields": {},
        "read_fields": [],
        "options": {"searches_per_second": 1000},
        **changes,
    }
    return SimpleNamespace(**given)


def connect(fake: FakeHubSpot, hands: Hands | None = None, env=None, **changes) -> HubSpotConnector:
    hands = hands or Hands()
    return open_connector(
        settings(**changes),
        env or {"EMEA_TOKEN": TOKEN},
        lambda: START,
        adapter=FakeAdapter(fake),
        timing=hands.timing(),
    )


def stream(connector: HubSpotConnector, name: str):
    return next(s for s in connector.streams() if s.name == name)


def read_all(connector: HubSpotConnector, name: str, synced_to=None, position=None):
    """All records of a stream in order; asserts that only the last page is last and that positions differ."""
    pages = list(connector.pages(stream(connector, name), position=position or {}, synced_to=synced_to))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    positions = [orjson.dumps(dict(page.position)) for page in pages[:-1]]
    assert len(set(positions)) == len(positions)
    return [record for page in pages for record in page.records]
