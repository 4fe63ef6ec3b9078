"""Plain HTTP calls of a simulated Odoo, by either protocol, and walks put together from what they answer."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import count

import requests

from connectors.sandbox import Organisation
from connectors.sandbox.odoo.access import DATABASE
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.server import start_sandbox
from connectors.sandbox.odoo.words import ADMIN

CALLS = count(1)
ORGANISATION = Organisation(23, 120)
ALL = {"context": {"active_test": False}}


def serve(version, **knobs):
    """An Odoo of that version with one account, `t`."""
    return start_sandbox({"t": ORGANISATION}, Knobs(version=version, **knobs))


class Refused(Exception):
    """Odoo's exception, as either protocol tells it."""

    def __init__(self, status, data):
        super().__init__(data["message"])
        self.status, self.name, self.data = status, data["name"], data


class Caller:
    """`remember`: nobody edits meanwhile, so a list that was read once needn't be read again."""

    def __init__(self, url, key="t", uid=ADMIN, *, json2=False, remember=False):
        self.url, self.key, self.uid, self.json2 = url, key, uid, json2
        self.remembered = {} if remember else None
        self.http = requests.Session()

    def rpc(self, service, method, *args):
        params = {"service": service, "method": method, "args": list(args)}
        body = {"jsonrpc": "2.0", "method": "call", "id": next(CALLS), "params": params}
        return self.http.post(f"{self.url}/jsonrpc", json=body, timeout=30)

    def call(self, model, method, **named):
        if self.json2:
            headers = {"Authorization": f"Bearer {self.key}"}
            answer = self.http.post(f"{self.url}/json/2/{model}/{method}", json=named, headers=headers, timeout=30)
            if answer.status_code != 200:
                raise Refused(answer.status_code, answer.json())
            return answer.json()
        first = [named.pop(name) for name in ("domain", "ids") if name in named]
        answer = self.rpc("object", "execute_kw", DATABASE, self.uid, self.key, model, method, first, named)
        assert answer.status_code == 200
        if "error" in answer.json():
            raise Refused(200, answer.json()["error"]["data"])
        return answer.json()["result"]

    def every(self, model, domain=(), fields=None, *, limit=1000):
        """All rows, by id until a page is empty."""
        what = repr((model, domain, fields))
        if self.remembered is not None and what in self.remembered:
            return self.remembered[what]
        rows, last = [], 0
        named = {"limit": limit, "order": "id", "context": {"active_test": False}}
        if fields:
            named["fields"] = fields
        while page := self.call(model, "search_read", domain=[*domain, ["id", ">", last]], **named):
            rows += page
            last = page[-1]["id"]
        if self.remembered is not None:
            self.remembered[what] = rows
        return rows

    def changes(self, name="stage_id"):
        """{lead: [(moment, old, new, user)]} of a tracked field, in order."""
        field = "field_id" if self.version > 16 else "field"
        wanted = [[f"{field}.name", "=", name], ["mail_message_id.model", "=", "crm.lead"]]
        messages = {row["id"]: row for row in self.every("mail.message", [["model", "=", "crm.lead"]])}
        found = defaultdict(list)
        for row in self.every("mail.tracking.value", wanted):
            message = messages[row["mail_message_id"][0]]
            kind = "char" if name == "won_status" else "float" if name == "expected_revenue" else "integer"
            old, new = row[f"old_value_{kind}"], row[f"new_value_{kind}"]
            found[message["res_id"]].append((message["date"], row["id"], old, new, row["create_uid"][0]))
        return {lead: sorted(rows) for lead, rows in found.items()}

    @cached_property
    def version(self):
        return self.rpc("common", "version").json()["result"]["server_version_info"][0]

    def walks(self):
        """{lead: [(stage id or "lost", moment)]}, the first since the lead was created."""
        stages, archived = self.changes(), self.changes("active")
        walks = {}
        for lead in self.every("crm.lead"):
            moves = stages.get(lead["id"], [])
            first = moves[0][2] if moves else lead["stage_id"][0]
            walk, here = [(first, lead["create_date"])], first
            ends = [
                (at, number, None, "back" if new else "lost", who)
                for at, number, _, new, who in archived.get(lead["id"], [])
            ]
            for at, _, _, new, _ in sorted([*moves, *ends], key=lambda move: (move[0], move[1])):
                if new not in ("lost", "back"):
                    here = new
                walk.append((here if new == "back" else new, at))
            walks[lead["id"]] = walk
        return walks
