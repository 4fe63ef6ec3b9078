"""A Salesforce of a few rows in memory, with the habits of the real one that lose data. Independent of the sandbox."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import orjson

from connectors.salesforce.catalogue import objects
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.open import open_connector
from tests.connectors.http_fakes import FakeAdapter, Hands

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=10)
CLIENT, SECRET, SESSION = "3MVG9canaryclient", "canary-secret-1234567", "00D!canary.session.token"
ENV = {"ID": CLIENT, "SECRET": SECRET}
_TYPES = {"Amount": "currency", "CloseDate": "date", "CreatedDate": "datetime", "SystemModstamp": "datetime"}
_NUMBERS = {"IsDeleted": "boolean", "SortOrder": "int", "DefaultProbability": "percent"}


def identity(prefix: str, number: int) -> str:
    return f"{prefix}{number:012d}AAA"


def rest_stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def error(status: int, code: str, message: str = "said the server"):
    return status, [{"message": message, "errorCode": code}]


class FakeSalesforce:
    """`calls` counts requests by kind; `faults` are replies given first where a part of the address matches."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict]] = {}
        self.fields = {thing.name: [*thing.fields, *thing.optional] for thing in objects(())}
        self.formulas: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.asked: list[str] = []
        self.faults: list[tuple[str, object]] = []
        self.missing: set[str] = set()
        self.deleted: list[tuple[datetime, str]] = []
        self.deleted_asked: list[tuple[str, str]] = []
        self.covered_to: datetime | None = None
        self.usage = (900, 15000)
        self.sessions = {SESSION}
        self.tokens: list = []
        self.page = 2000
        self.slow: timedelta | None = None
        self.polls = 0
        self.job_state: dict = {}
        self._cursors: dict[str, tuple[list, int]] = {}
        self._jobs: dict[str, list] = {}

    def put(self, name: str, number: int, at: datetime, *, prefix: str = "006", **values) -> str:
        row = {"Id": identity(prefix, number), "IsDeleted": False, "CreatedDate": at, "SystemModstamp": at, **values}
        self.rows.setdefault(name, {})[row["Id"]] = row
        return row["Id"]

    def deals(self, count: int, at: datetime = START, step: timedelta = timedelta(minutes=1)) -> None:
        for n in range(count):
            self.put("Opportunity", n, at + n * step, Name=f"Deal {n}", StageName="Open", Amount=1500.0, OwnerId="005")

    def __call__(self, request):
        url = urlsplit(request.url)
        for place, (part, reply) in enumerate(self.faults):
            if part in request.url:
                del self.faults[place]
                return reply
        if url.path == "/services/oauth2/token":
            return self._token({k: v[0] for k, v in parse_qs(request.body.decode()).items()})
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.sessions:
            return error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        body = orjson.loads(request.body) if request.body else {}
        status, answer, *headers = self._answer(url.path.removeprefix("/services/data/v60.0/").split("/"), query, body)
        usage = {"Sforce-Limit-Info": f"api-usage={self.usage[0]}/{self.usage[1]}"}
        return status, answer, {**usage, **(headers[0] if headers else {})}

    def _token(self, form):
        self.calls["token"] += 1
        self.tokens.append(form)
        return 200, {
            "access_token": SESSION,
            "instance_url": "https://eu1.salesforce.test",
            "id": "https://login.salesforce.com/id/00D1/005000000000001AAA",
        }

    def _answer(self, path, query, body):
        match path:
            case ["queryAll"]:
                self.calls["query"] += 1
                self.asked.append(query["q"])
                return self._query(query["q"])
            case ["", "services", "data", "v60.0", "query", cursor] | ["query", cursor]:
                self.calls["page"] += 1
                return 200, self._page(*self._cursors[cursor])
            case ["sobjects", name, "describe"]:
                self.calls["describe"] += 1
                return (
                    (404, [{"errorCode": "NOT_FOUND", "message": name}]) if name in self.missing else self._told(name)
                )
            case ["sobjects", _, "deleted", ""]:
                self.calls["deleted"] += 1
                return 200, self._deleted(query["start"], query["end"])
            case ["jobs", *job]:
                return self._job(job, body, query)
            case ["limits"]:
                return 200, {"DailyBulkV2QueryJobs": {"Max": 10000, "Remaining": 9998}}
        return error(404, "NOT_FOUND", "/".join(path))

    def _job(self, path, body, query):
        match path:
            case ["query"]:
                self.calls["job"] += 1
                self.asked.append(body["query"])
                assert body["operation"] == "queryAll"
                assert "ORDER BY" not in body["query"]
                rows = self._found(body["query"])
                if isinstance(rows, tuple):
                    return rows
                self._jobs[f"750{len(self._jobs)}"] = rows
                return 200, {"id": f"750{len(self._jobs) - 1}", "state": "UploadComplete"}
            case ["query", job]:
                self.calls["poll"] += 1
                if job not in self._jobs:
                    return error(404, "NOTFOUND", f"no job {job}")
                if self.polls > 0:
                    self.polls -= 1
                    return 200, {"id": job, "state": "InProgress"}
                done = {"state": "JobComplete", "numberRecordsProcessed": len(self._jobs[job])}
                return 200, {"id": job, **done, **self.job_state}
            case ["query", job, "results"]:
                self.calls["result"] += 1
                return self._result(job, query)
        return error(404, "NOT_FOUND", "/".join(path))

    def _told(self, name):
        kinds = {**_TYPES, **_NUMBERS}
        return 200, {
            "name": name,
            "fields": [
                {"name": field, "type": kinds.get(field, "string"), "calculated": field in self.formulas}
                for field in self.fields[name]
            ],
        }

    def _found(self, soql):
        name = re.search(r" FROM (\w+)", soql)[1]
        if name in self.missing or name not in self.fields:
            return error(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
        chosen = re.match(r"SELECT (.*?) FROM", soql)[1].split(", ")
        unknown = [f for f in chosen if f not in (*self.fields[name], "COUNT()")]
        if unknown:
            return error(400, "INVALID_FIELD", f"No such column '{unknown[0]}'")
        rows = list(self.rows.get(name, {}).values())
        where = re.search(r" WHERE (.*?)(?: ORDER BY|$)", soql)
        bounds = {}
        for condition in where[1].split(" AND ") if where else []:
            field, operator, value = condition.split(" ", 2)
            if field == "What.Type" or (operator, value) == ("!=", "null") or field in ("SobjectType", "Field"):
                continue
            if operator == "IN":
                ids = set(re.findall(r"'(\w+)'", value))
                rows = [row for row in rows if row[field] in ids]
                continue
            wanted = self._value(value)
            bounds[operator] = wanted
            tests = {"=": lambda a, b: a == b, ">": lambda a, b: a > b, "<": lambda a, b: a < b}
            tests[">="] = lambda a, b: a >= b
            rows = [row for row in rows if tests[operator](row[field], wanted)]
        if self.slow and len(rows) > 1:
            stamps = [row["SystemModstamp"] for row in rows]
            if max(stamps) - min(stamps) > self.slow:
                return error(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
        order = re.search(r" ORDER BY (.*)$", soql)
        keys = order[1].split(", ") if order else []
        rows = sorted(rows, key=lambda row: [row[key] for key in keys]) if keys else rows[::-1]
        return [{field: row.get(field) for field in chosen} for row in rows]

    def _value(self, text):
        if text in ("true", "false"):
            return text == "true"
        return text.strip("'") if text.startswith("'") else datetime.fromisoformat(text)

    def _query(self, soql):
        rows = self._found(soql)
        if isinstance(rows, tuple):
            return rows
        if "COUNT()" in soql:
            return 200, {"totalSize": len(rows), "done": True, "records": []}
        return 200, self._page(rows, 0)

    def _page(self, rows, begin):
        end = begin + self.page
        shown = [
            {
                "attributes": {"type": "X", "url": "/services/data/v60.0/sobjects/X"},
                **{k: rest_stamp(v) if isinstance(v, datetime) else v for k, v in row.items()},
            }
            for row in rows[begin:end]
        ]
        page = {"totalSize": len(rows), "done": end >= len(rows), "records": shown}
        if end < len(rows):
            cursor = f"0r8{len(self._cursors)}-{end}"
            self._cursors[cursor] = (rows, end)
            page["nextRecordsUrl"] = f"/services/data/v60.0/query/{cursor}"
        return page

    def _result(self, job, query):
        rows, begin = self._jobs[job], int(query.get("locator", 0))
        part = rows[begin : begin + int(query["maxRecords"])]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(rows[0].keys() if rows else ["Id"])
        writer.writerows([self._csv(value) for value in row.values()] for row in part)
        end = begin + len(part)
        headers = {"Sforce-NumberOfRecords": str(len(part)), "Sforce-Locator": str(end) if end < len(rows) else "null"}
        return 200, text.getvalue().encode(), {**headers, "content-type": "text/csv"}

    def _csv(self, value):
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        if isinstance(value, bool):
            return str(value).lower()
        return "" if value is None else f"{value:g}" if isinstance(value, float) else value

    def _deleted(self, start, end):
        self.deleted_asked.append((start, end))
        since, until = datetime.fromisoformat(start), datetime.fromisoformat(end)
        assert until - since <= timedelta(days=15)
        covered = min(until, self.covered_to or until)
        return {
            "deletedRecords": [
                {"id": i, "deletedDate": rest_stamp(at)} for at, i in self.deleted if since <= at <= covered
            ],
            "earliestDateAvailable": rest_stamp(START - timedelta(days=30)),
            "latestDateCovered": rest_stamp(covered),
        }


def settings(**changes):
    given = {
        "name": "emea",
        "base_url": "https://acme.my.salesforce.test",
        "credentials": {"client_id": "ID", "client_secret": "SECRET"},
        "fields": {},
        "read_fields": [],
        "options": {},
        **changes,
    }
    return SimpleNamespace(**given)


def connect(
    fake: FakeSalesforce, hands: Hands | None = None, env=None, now: datetime = NOW, workspace=None, **changes
) -> SalesforceConnector:
    hands = hands or Hands()
    return open_connector(
        settings(**changes),
        env or ENV,
        lambda: now,
        workspace=workspace,
        adapter=FakeAdapter(fake),
        timing=hands.timing(),
    )


def stream(connector: SalesforceConnector, name: str):
    return next(s for s in connector.streams() if s.name == name)


def read_pages(connector: SalesforceConnector, name: str, synced_to=None, position=None):
    """All pages of a stream; asserts that only the last page is last and that positions differ."""
    pages = list(connector.pages(stream(connector, name), position=position or {}, synced_to=synced_to))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    positions = [orjson.dumps(dict(page.position)) for page in pages[:-1]]
    assert len(set(positions)) == len(positions)
    return pages


def read_all(connector: SalesforceConnector, name: str, synced_to=None, position=None):
    return [record for page in read_pages(connector, name, synced_to, position) for record in page.records]


def ids(records):
    return [record.id for record in records]


def everything(fake: FakeSalesforce, name: str = "Opportunity"):
    return set(fake.rows[name])
