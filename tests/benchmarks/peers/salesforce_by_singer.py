"""Singer's tap-salesforce over REST (its Bulk is version 1 of that API): opportunities and their history."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO

import tap_salesforce as tap
from reading import CLIENT, FOLDER, SINCE, TOKEN, measured, redirect, singer_rows

redirect("https://login.salesforce.com")
OUTPUT = FOLDER / "out.jsonl"
STREAMS = ("Opportunity", "OpportunityHistory")


def read() -> None:
    salesforce = tap.Salesforce(
        refresh_token=TOKEN,
        sf_client_id=CLIENT,
        sf_client_secret=TOKEN,
        select_fields_by_default=True,
        default_start_date=SINCE,
        api_type="REST",
        config_path=str(FOLDER / "config.json"),
    )
    tap.CONFIG["start_date"] = SINCE
    salesforce.login()
    describe = salesforce.describe
    salesforce.describe = lambda name=None: (
        {"sobjects": [{"name": each} for each in STREAMS]} if name is None else describe(name)
    )
    with redirect_stdout(StringIO()) as told:
        tap.do_discover(salesforce)
    catalog = json.loads(told.getvalue())
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if entry["metadata"].get("inclusion") != "unsupported":
                entry["metadata"]["selected"] = True
            if not entry["breadcrumb"]:
                entry["metadata"]["replication-key"] = entry["metadata"]["valid-replication-keys"][0]
    with OUTPUT.open("w") as out, redirect_stdout(out):
        tap.do_sync(salesforce, catalog, {})
    salesforce.login_timer.cancel()


def count() -> tuple[int, int]:
    rows = singer_rows(OUTPUT)
    return rows.total(), rows["Opportunity"]


measured(read, count)
