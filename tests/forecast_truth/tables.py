"""A book as the canonical tables from which the warehouse forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.forecast_truth.book import DAY, LOST, WON, Book
from tests.forecast_truth.past import Past

CONNECTION = "acme"
NEW = "new"
NAMES: Mapping[str, str] = {"amount": "amount", "close": "close_date", "owner": "owner"}
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere in the warehouse


def naive(moment: int) -> datetime:
    return EPOCH + timedelta(microseconds=int(moment))


def moments(values: Any) -> Any:
    return np.asarray(values, dtype=np.int64).astype("datetime64[us]")


def world_of(folder: Path, book: Book, as_of: int | None = None, **settings: Any) -> World:
    """A workspace with the book's deals, whose night is at `as_of` (the book's end unless said)."""
    now = book.until if as_of is None else as_of
    world = World(folder, **{"as_of": naive(now), "flicker_seconds": 0, "backfill_seconds": 0,
                             "forecast_step_days": book.step // DAY, **settings})  # fmt: skip
    world.reference("connections", [
        {"connection": CONNECTION, "crm": "files", "state": "good", "judged_at": naive(book.until)}
    ])  # fmt: skip
    world.reference("coverage", [{"connection": CONNECTION, "object": kind} for kind in SOURCES])
    first = naive(min(book.created.min(), book.moves["at"].min()) // DAY * DAY)
    world.reference("calendar", working_calendar(first - timedelta(days=400), (naive(now) - first).days + 1300))
    _process(world, book)
    world.canonical("int_deals", deals(book))
    world.canonical("int_stage_changes", stage_changes(book))
    told = [field_changes(book, name) for name in NAMES if name in book.fields]
    world.canonical("int_field_changes", pd.concat(told) if told else [])
    owners = sorted({*book.deals["owner"].dropna(), *(book.fields["owner"]["value"] if "owner" in book.fields else ())})
    world.canonical("int_owners", [
        {"connection": CONNECTION, "owner_key": f"{CONNECTION}:{name}", "owner_id": name, "owner_name": name,
         "team": book.teams.get(name), "crm_team": book.teams.get(name), "is_active": True} for name in owners
    ])  # fmt: skip
    segments = book.deals[book.deals["segment"].fillna("") != ""]
    world.canonical("int_deal_segments", keyed(segments)[["deal_key", "segment"]])
    return world


def keyed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(connection=CONNECTION, deal_key=CONNECTION + ":" + frame["key"].astype(str))


def _process(world: World, book: Book) -> None:
    ends = [*(naive(process.since) for process in book.processes[1:]), None]
    versions = list(enumerate(zip(book.processes, ends, strict=True), 1))
    world.reference("process_versions", [
        {"version": number, "valid_from": naive(process.since), "valid_to": end} for number, (process, end) in versions
    ])  # fmt: skip
    world.reference("process_deal_types", [{"version": number, "deal_type": NEW} for number, _ in versions])
    world.reference("process_stages", [
        {"version": number, "stage_key": stage.key, "stage_name": stage.key.title(), "stage_order": order,
         "probability": stage.probability, "is_optional": False}
        for number, (process, _) in versions for order, stage in enumerate(process.stages, 1)
    ])  # fmt: skip
    stages = [*book.stages, WON, LOST]
    own = {"connection": CONNECTION, "pipeline_id": "p"}
    world.reference("stage_map", [{**own, "stage_id": key, "stage_key": key} for key in stages])
    world.canonical("int_crm_stages", [
        {**own, "pipeline_name": "Sales", "stage_id": key, "stage_name": key.title(), "display_order": number,
         "is_closed": key in (WON, LOST), "is_won": key == WON, "stage_key": key}
        for number, key in enumerate(stages, 1)
    ])  # fmt: skip


def deals(book: Book) -> pd.DataFrame:
    """Each deal as it stands at the book's end."""
    past = Past(book)
    last = past.runs.left == past.runs.left.max()
    state = np.full(len(book.deals), None, dtype=object)
    state[past.runs.rows[last]] = np.array(past.names, dtype=object)[past.runs.state[last]]
    entered = np.zeros(len(book.deals), dtype=np.int64)
    entered[past.runs.rows[last]] = past.runs.entered[last]
    is_closed = np.isin(state, [WON, LOST])
    frame = keyed(book.deals)
    amount = book.deals["amount"].astype(float)
    owner = book.deals["owner"]
    return pd.DataFrame({
        "connection": CONNECTION, "crm": "files", "deal_key": frame["deal_key"], "deal_id": frame["key"].astype(str),
        "deal_name": frame["key"].astype(str), "pipeline_id": "p", "stage_id": state, "stage_key": state,
        "amount": amount, "currency": "EUR", "amount_home": amount, "created_at": moments(book.created),
        "close_date": [None if pd.isna(day) else naive(int(day) * DAY).date() for day in book.deals["close"]],
        "closed_at": pd.Series(moments(entered)).where(is_closed), "owner_id": owner,
        "owner_key": [None if pd.isna(name) else f"{CONNECTION}:{name}" for name in owner], "deal_type": NEW,
        "is_won": state == WON, "is_lost": state == LOST, "is_open": ~is_closed, "is_deleted": False,
        "is_judged": True,
    })  # fmt: skip


def stage_changes(book: Book) -> pd.DataFrame:
    frame = keyed(book.moves)
    at = moments(frame["at"])
    return pd.DataFrame({
        "connection": CONNECTION, "deal_key": frame["deal_key"], "change_id": _numbered(frame), "pipeline_id": "p",
        "stage_id": frame["stage"], "stage_key": frame["stage"], "entered_at": at, "recorded_at": at,
        "source": "history", "precision": "exact",
    })  # fmt: skip


def field_changes(book: Book, name: str) -> pd.DataFrame:
    frame = keyed(book.fields[name])
    at = moments(frame["at"])
    value = frame["value"]
    if name == "close":
        value = [naive(int(day) * DAY).date().isoformat() for day in value]
    return pd.DataFrame({
        "connection": CONNECTION, "deal_key": frame["deal_key"], "change_id": _numbered(frame), "field": NAMES[name],
        "value": pd.Series(value).map(str), "changed_at": at, "recorded_at": at, "source": "history",
        "precision": "exact",
    })  # fmt: skip


def _numbered(frame: pd.DataFrame) -> list[str]:
    """Identifiers in the order in which the changes were told."""
    return [f"{number:09}" for number in range(len(frame))]
