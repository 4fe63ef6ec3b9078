"""simple-salesforce over Bulk API 2.0: the result of both queries as CSV files, with its own polling."""

from __future__ import annotations

import csv

from reading import FOLDER, OPPORTUNITY, OPPORTUNITY_HISTORY, TOKEN, URL, measured, redirect
from simple_salesforce import Salesforce

redirect(URL.replace("http:", "https:"))
QUERIES = {"Opportunity": OPPORTUNITY, "OpportunityHistory": OPPORTUNITY_HISTORY}


def read() -> None:
    client = Salesforce(instance_url=URL, session_id=TOKEN, version="60.0")
    for kind, fields in QUERIES.items():
        parts = getattr(client.bulk2, kind).query_all(f"SELECT {fields} FROM {kind}", max_records=50_000)
        for number, part in enumerate(parts):
            (FOLDER / f"{kind}.{number}.csv").write_text(part)


def count() -> tuple[int, int]:
    counts = dict.fromkeys(QUERIES, 0)
    for path in FOLDER.glob("*.csv"):
        with path.open(newline="") as part:
            counts[path.name.split(".")[0]] += sum(1 for _ in csv.DictReader(part))
    return sum(counts.values()), counts["Opportunity"]


measured(read, count)
