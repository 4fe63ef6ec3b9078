"""The shared material's log of a bank's selling as a book: four stages, amounts as asked for, no close dates."""

from __future__ import annotations

import gzip
import json
from xml.etree import ElementTree as ET

import pandas as pd

from tests.dbt.test_compliance_log import completed_events, stage_key
from tests.forecast_truth.book import DAY, Book, Process, Stage
from tests.shared import shared_folder

CHANCES = (0.1, 0.3, 0.6, 0.8)
FIRST_AS_OF, EVERY = 43, 3
"""Days from the first boundary to the first moment asked about, and between two of them."""


def log_book() -> Book:
    """Skips the calling test without the shared material."""
    path = shared_folder("data", "bpi2012", "BPI_Challenge_2012.xes.gz")
    process = json.loads(shared_folder("oracles", "bpi2012", "process.json").read_text(encoding="utf-8"))
    stages = {name: stage_key(number) for name, number in process["stage_map"]}
    events = completed_events(path)
    asked = {}
    with gzip.open(path) as stream:
        for _, trace in ET.iterparse(stream):
            if trace.tag.rpartition("}")[2] == "trace":
                own = {item.get("key"): item.get("value") for item in trace if item.get("key")}
                asked[own["concept:name"]] = float(own["AMOUNT_REQ"] or 0)
                trace.clear()
    cases = events.drop_duplicates("case_id")
    deals = pd.DataFrame({
        "key": cases["case_id"].to_numpy(), "created": microseconds(cases["created_at"]),
        "amount": cases["case_id"].map(asked).to_numpy(), "close": None, "owner": None, "segment": "", "pipeline": "p",
    })  # fmt: skip
    moved = events[events["name"].isin(stages)]
    moves = pd.DataFrame({
        "key": moved["case_id"].to_numpy(), "at": microseconds(moved["at"]),
        "stage": moved["name"].map(stages).to_numpy(),
    })  # fmt: skip
    defined = Process(tuple(Stage(stage_key(number), chance) for number, chance in enumerate(CHANCES, 1)))
    return Book(deals, moves, {}, (defined,), int(microseconds(events["at"]).max()), DAY)


def microseconds(moments: pd.Series) -> pd.Series:
    """Since 1970, of naive UTC."""
    return moments.astype("datetime64[us]").astype("int64").reset_index(drop=True)
