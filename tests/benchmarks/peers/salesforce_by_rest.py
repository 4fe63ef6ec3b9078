"""simple-salesforce over REST: every page of both queries, written as JSON lines."""

from __future__ import annotations

import json

from reading import FOLDER, OPPORTUNITY, OPPORTUNITY_HISTORY, TOKEN, URL, measured, redirect
from simple_salesforce import Salesforce

redirect(URL.replace("http:", "https:"))
OUTPUT = FOLDER / "out.jsonl"


def read() -> None:
    client = Salesforce(instance_url=URL, session_id=TOKEN, version="60.0")
    with OUTPUT.open("w") as out:
        for kind, fields in (("Opportunity", OPPORTUNITY), ("OpportunityHistory", OPPORTUNITY_HISTORY)):
            for row in client.query_all_iter(f"SELECT {fields} FROM {kind}", include_deleted=True):
                out.write(json.dumps(row) + "\n")


def count() -> tuple[int, int]:
    kinds = [json.loads(line)["attributes"]["type"] for line in OUTPUT.read_text().splitlines()]
    return len(kinds), kinds.count("Opportunity")


measured(read, count)
