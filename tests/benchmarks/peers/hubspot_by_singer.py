"""Singer's tap-hubspot. It reads deals by /deals/v1, an address that HubSpot has retired."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO

import tap_hubspot as tap
from reading import FOLDER, SINCE, TOKEN, measured, redirect, singer_rows

redirect("https://api.hubapi.com")
OUTPUT = FOLDER / "out.jsonl"


def read() -> None:
    tap.CONFIG.update({"hapikey": None, "access_token": TOKEN, "token_expires": None, "start_date": SINCE})
    tap.acquire_access_token_from_refresh_token = lambda: None
    tap.STREAMS = [stream for stream in tap.STREAMS if stream.tap_stream_id == "deals"]
    with redirect_stdout(StringIO()) as told:
        tap.do_discover()
    catalog = json.loads(told.getvalue())
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            entry["metadata"]["selected"] = stream["tap_stream_id"] == "deals"
    with OUTPUT.open("w") as out, redirect_stdout(out):
        tap.do_sync({}, catalog)


def count() -> tuple[int, int]:
    return singer_rows(OUTPUT)["deals"], 0


measured(read, count)
