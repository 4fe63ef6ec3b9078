"""An Odoo of a few rows in memory behind both doors, with the habits of the real one that lose data.

Independent of the sandbox. Its rows are written by hand or by the short acts below (create, move, lose, merge ...).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import orjson

from connectors.odoo.connector import OdooConnector
from connectors.odoo.open import open_connector
from tests.connectors.http_fakes import FakeAdapter, Hands
from tests.connectors.odoo.odoo_answers import FIELDS, KEY, LOGIN, RefusalError, failure, passes, rpc_error

START = datetime(2026, 3, 1, tzinfo=UTC)
STAGES = {1: "New", 2: "Qualified", 3: "Proposition", 4: "Won"}
TRACKED = {"stage_id": 31, "active": 32, "expected_revenue": 33, "user_id": 34, "lost_reason_id": 35, "partner_id": 36}


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


class FakeOdoo:
    """`tables[model][id]` is what Odoo holds. `calls` counts methods; `faults` are replies given first."""

    def __init__(self, version: str = "17.0") -> None:
        self.version = version
        self.now = START
        self.tables: dict[str, dict[int, dict]] = {name: {} for name in FIELDS}
        self.calls: Counter[str] = Counter()
        self.faults: list = []
        self.administrator = True
        self.missing_models: set[str] = set()
        self.missing_fields: dict[str, set[str]] = {}
        self.unlisted_fields: set[str] = set()
        self.hidden_messages: set[int] = set()
        self.asked: list[dict] = []
        for number, name in STAGES.items():
            self.put("crm.stage", number, name=name, sequence=number, is_won=number == 4, team_id=False)
        self.put("crm.team", 5, name="Europe", active=True)
        self.put(
            "res.users", 2, name="Anna", login=LOGIN, email=LOGIN, active=True, share=False, partner_id=[3, "Anna"]
        )
        self.put("res.users", 1, name="OdooBot", login="__system__", active=False, share=False, partner_id=[2, "Bot"])
        for name, number in TRACKED.items():
            self.put("ir.model.fields", number, name=name, model="crm.lead")

    def put(self, model: str, number: int, at: datetime | None = None, /, **values) -> dict:
        at = at or self.now
        row = {"id": number, **dict.fromkeys(FIELDS[model], False), "create_date": stamp(at), **values}
        row["write_date"] = values.get("write_date", stamp(at))
        self.tables[model][number] = row
        return row

    def next_id(self, model: str) -> int:
        return max(self.tables[model], default=0) + 1

    # What people do

    def lead(self, stage: int = 1, **values) -> int:
        number = self.next_id("crm.lead")
        given = {"name": f"Deal {number}", "type": "opportunity", "active": True, "probability": 10.0, **values}
        at = stamp(self.now)
        self.put("crm.lead", number, stage_id=[stage, STAGES[stage]], date_last_stage_update=at, **given)
        self.message(number)
        return number

    def message(self, lead: int, /, **values) -> int:
        number = self.next_id("mail.message")
        given = {"model": "crm.lead", "message_type": "notification", "author_id": [3, "Anna"], **values}
        self.put("mail.message", number, res_id=lead, date=stamp(self.now), **given)
        return number

    def track(self, lead: int, **changes: tuple) -> None:
        message = self.message(lead)
        for name, (old, new) in changes.items():
            values: dict = {"old_value_char": "", "new_value_char": ""}
            if name in ("stage_id", "user_id", "partner_id", "lost_reason_id"):
                values = {
                    "old_value_integer": old or 0,
                    "new_value_integer": new or 0,
                    "old_value_char": STAGES.get(old, "") if name == "stage_id" else str(old or ""),
                    "new_value_char": STAGES.get(new, "") if name == "stage_id" else str(new or ""),
                }
            elif name == "active":
                values |= {"old_value_integer": int(old), "new_value_integer": int(new)}
            else:
                values |= {"old_value_float": old, "new_value_float": new}
            number = self.next_id("mail.tracking.value")
            self.put(
                "mail.tracking.value",
                number,
                field_id=[TRACKED[name], f"{name} (Lead)"],
                mail_message_id=[message, "Deal"],
                **values,
            )

    def write(self, lead: int, **values) -> None:
        self.tables["crm.lead"][lead] |= {**values, "write_date": stamp(self.now)}

    def move(self, lead: int, stage: int) -> None:
        before = self.tables["crm.lead"][lead]["stage_id"][0]
        self.write(lead, stage_id=[stage, STAGES[stage]], date_last_stage_update=stamp(self.now))
        self.track(lead, stage_id=(before, stage))

    def lose(self, lead: int, reason: int = 7) -> None:
        at = stamp(self.now)
        self.write(lead, active=False, probability=0.0, date_closed=at, lost_reason_id=[reason, "Price"])
        self.track(lead, active=(True, False), lost_reason_id=(None, reason))

    def reopen(self, lead: int) -> None:
        self.write(lead, active=True, probability=20.0, date_closed=False, lost_reason_id=False)
        self.track(lead, active=(False, True), lost_reason_id=(7, None))

    def delete(self, lead: int) -> None:
        gone = {n for n, row in self.tables["mail.message"].items() if row["res_id"] == lead}
        self.tables["mail.message"] = {n: r for n, r in self.tables["mail.message"].items() if n not in gone}
        changes = self.tables["mail.tracking.value"]
        self.tables["mail.tracking.value"] = {n: r for n, r in changes.items() if r["mail_message_id"][0] not in gone}
        del self.tables["crm.lead"][lead]

    def merge(self, loser: int, winner: int) -> None:
        for row in self.tables["mail.message"].values():
            if row["res_id"] == loser:
                row |= {"res_id": winner, "write_date": stamp(self.now)}
        del self.tables["crm.lead"][loser]
        self.write(winner)
        self.message(winner)

    def forward(self, **kwargs: float) -> None:
        self.now += timedelta(**kwargs)

    # What the server answers

    def __call__(self, request):
        if self.faults:
            return self.faults.pop(0)
        path = urlsplit(request.url).path
        modern = self.version.split(".")[0] in ("19", "20", "22")
        if path == "/web/version" and modern:
            return 200, {"version": self.version, "version_info": [19, 0, 0, "final", 0, ""]}
        body = orjson.loads(request.body) if request.body else {}
        if path == "/jsonrpc":
            return 200, {"jsonrpc": "2.0", "id": 1, **self.by_rpc(**body["params"])}
        if path.startswith("/json/2/") and modern:
            if request.headers.get("Authorization") != f"Bearer {KEY}":
                return 401, failure("werkzeug.exceptions.Unauthorized", "Invalid apikey")
            _, _, _, model, method = path.split("/")
            try:
                return 200, self.answer(model, method, body)
            except RefusalError as refusal:
                return refusal.status, failure(refusal.name, refusal.words)
        return 404, b"<html>Not Found</html>", {"content-type": "text/html"}

    def by_rpc(self, service, method, args):
        if (service, method) == ("common", "version"):
            return {"result": {"server_version": self.version, "server_version_info": [17, 0, 0, "final", 0, ""]}}
        if (service, method) == ("db", "list"):
            return {"result": ["main"]}
        if (service, method) == ("common", "authenticate"):
            return {"result": 2 if args[:3] == ["main", LOGIN, KEY] else False}
        database, uid, secret, model, called, positional, named = args
        if (database, uid, secret) != ("main", 2, KEY):
            return {"error": rpc_error("odoo.exceptions.AccessDenied", "Access Denied")}
        if positional:
            named = {**named, "domain": positional[0]}
        try:
            return {"result": self.answer(model, called, named)}
        except RefusalError as refusal:
            return {"error": rpc_error(refusal.name, refusal.words)}

    def answer(self, model, method, named):
        self.calls[f"{model}.{method}"] += 1
        self.asked.append({"model": model, "method": method, **named})
        if model in self.missing_models or model not in self.tables:
            raise RefusalError(404, "werkzeug.exceptions.NotFound", f"the model '{model}' does not exist")
        if model == "res.users" and method == "context_get":
            return {"lang": "en_US", "tz": "UTC", "uid": 2}
        if model in ("mail.tracking.value",) and not self.administrator:
            raise RefusalError(
                403, "odoo.exceptions.AccessError", "You are not allowed to access 'Mail Tracking Value'"
            )
        known = {"id", *FIELDS[model]} - self.missing_fields.get(model, set())
        if method == "fields_get":
            return {name: {"type": "char"} for name in named["allfields"] if name in known | self.unlisted_fields}
        rows = self.found(model, named["domain"], named.get("context", {}), known)
        if method == "search_count":
            return len(rows)
        rows = rows[: named.get("limit", len(rows))]
        if model == "mail.message":
            rows = [row for row in rows if row["id"] not in self.hidden_messages]
        if method == "search":
            return [row["id"] for row in rows]
        for name in named["fields"]:
            self.require(model, name, known)
        return [{name: row.get(name, False) for name in dict.fromkeys(("id", *named["fields"]))} for row in rows]

    def found(self, model, domain, context, known):
        rows = sorted(self.tables[model].values(), key=lambda row: row["id"])
        if context.get("active_test", True) and "active" in FIELDS[model]:
            rows = [row for row in rows if row["active"] is not False]
        for name, operator, value in domain:
            self.require(model, name, known | {"model", "res_model", "share"})
            rows = [row for row in rows if passes(row, name, operator, value)]
        return rows

    def require(self, model, name, known):
        if name not in known:
            raise RefusalError(500, "builtins.ValueError", f"Invalid field '{name}' on '{model}'")


def settings(**changes):
    given = {
        "name": "emea",
        "base_url": "https://odoo.test",
        "credentials": {"login": "EMEA_LOGIN", "api_key": "EMEA_KEY"},
        "fields": {},
        "read_fields": [],
        "options": {"requests_per_10_seconds": 10_000},
        **changes,
    }
    return SimpleNamespace(**given)


def connect(fake, hands: Hands | None = None, env=None, **changes) -> OdooConnector:
    hands = hands or Hands()
    return open_connector(
        settings(**changes),
        env or {"EMEA_LOGIN": LOGIN, "EMEA_KEY": KEY},
        lambda: START,
        adapter=FakeAdapter(fake),
        timing=hands.timing(),
    )


def stream(connector: OdooConnector, name: str):
    return next(s for s in connector.streams() if s.name == name)


def read_all(connector: OdooConnector, name: str, synced_to=None, position=None):
    """All records of a stream in order; asserts that only the last page is last and that positions differ."""
    pages = list(connector.pages(stream(connector, name), position=position or {}, synced_to=synced_to))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    positions = [orjson.dumps(dict(page.position)) for page in pages[:-1]]
    assert len(set(positions)) == len(positions)
    return [record for page in pages for record in page.records]
