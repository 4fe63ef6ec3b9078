"""What the warehouse forecasts of a book, beside what the reference says of the same deals and moments."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.dbt.harness import Warehouse
from tests.forecast_truth.asof import AsOf
from tests.forecast_truth.book import Book
from tests.forecast_truth.past import Past
from tests.forecast_truth.tables import CONNECTION, moments, world_of

HORIZONS = "int_forecast_deal_horizons"
KEYS = ["as_of_at", "deal_key", "horizon_steps"]


def upstream(*models: str) -> str:
    """Selects models with what they are made of, down to the canonical tables, which a test writes itself."""
    folders = ("compliance", "forecast", "marts")
    return " ".join(f"+{model},path:models/{folder}" for model in models for folder in folders)


def built(folder: Path, book: Book, *models: str, **settings: Any) -> Warehouse:
    return world_of(folder, book, **settings).build(upstream(*models))


def told(warehouse: Warehouse) -> pd.DataFrame:
    """The warehouse's chances and sums, deal by deal."""
    rows = warehouse.query(f"""
        select as_of_at, deal_key, horizon_steps, p_win, p_lost, amount_home, expected_amount
        from forecast.{HORIZONS}""")  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(("p_win", "p_lost", "amount_home", "expected_amount"), float))


def computed(past: Past, at: Iterable[int], horizons: Iterable[int]) -> pd.DataFrame:
    """The same, by the reference."""
    frames = []
    for number in at:
        moment = AsOf(past, int(number))
        if moment.mode == "none":
            continue
        won, lost = moment.curves
        ratio = moment.amount_ratio[moment.open.state]
        for horizon in horizons:
            chance = won[:horizon].sum(axis=0)
            frames.append(pd.DataFrame({
                "as_of_at": moments([number]).repeat(len(chance)),
                "deal_key": CONNECTION + ":" + past.book.deals["key"].to_numpy(object)[moment.open.rows],
                "horizon_steps": horizon, "p_win": chance, "p_lost": lost[:horizon].sum(axis=0),
                "amount_home": moment.open.worth, "expected_amount": chance * moment.open.worth * ratio,
            }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def differences(theirs: pd.DataFrame, ours: pd.DataFrame) -> dict[str, float]:
    """By column, the largest difference (amounts: as a share of the largest); and how many rows only one side has."""
    both = theirs.merge(ours, on=KEYS, how="outer", suffixes=("", "_ours"), indicator=True)
    found: dict[str, float] = {"unmatched": float((both["_merge"] != "both").sum())}
    both = both[both["_merge"] == "both"]
    for name in ("p_win", "p_lost", "amount_home", "expected_amount"):
        scale = 1.0 if name.startswith("p_") else max(1.0, float(both[f"{name}_ours"].abs().max()))
        off = np.abs(both[name].fillna(0) - both[f"{name}_ours"]) / scale
        found[name] = float(off.max())
    return found


def compared(warehouse: Warehouse, book: Book) -> tuple[int, dict[str, float]]:
    """How many rows were compared, and the differences, at every moment at which the warehouse has a chain."""
    theirs = told(warehouse)
    at = sorted(set(theirs["as_of_at"].astype("datetime64[us]").astype("int64")))
    ours = computed(Past(book), at, sorted(set(theirs["horizon_steps"])))
    return len(ours), differences(theirs, ours)
