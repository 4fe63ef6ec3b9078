"""The events of an XES log, as a frame. Which of them mean what is said in the tests."""

from __future__ import annotations

import gzip
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd


def log_events(path: Path) -> pd.DataFrame:
    """case_id, the case's created_at, and each event's name, life, at and who, in naive UTC and the file's order."""
    rows: list[tuple[str | None, ...]] = []
    with gzip.open(path) as stream:
        for _, trace in ET.iterparse(stream):
            if trace.tag.rpartition("}")[2] != "trace":
                continue
            own = {item.get("key"): item.get("value") for item in trace if item.get("key")}
            for event in trace:
                if event.tag.rpartition("}")[2] != "event":
                    continue
                said = {item.get("key"): item.get("value") for item in event}
                told = (said.get(key) for key in ("concept:name", "lifecycle:transition", "time:timestamp"))
                rows.append((own["concept:name"], own["REG_DATE"], *told, said.get("org:resource")))
            trace.clear()
    frame = pd.DataFrame(rows, columns=["case_id", "created_at", "name", "life", "at", "who"])
    for column in ("created_at", "at"):
        frame[column] = pd.to_datetime(frame[column], utc=True, format="ISO8601").dt.tz_localize(None)
    return frame
