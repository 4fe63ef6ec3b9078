"""The warehouse's back-test beside the reference's windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tests.dbt.harness import Warehouse
from tests.forecast_truth.asof import AsOf
from tests.forecast_truth.book import Book
from tests.forecast_truth.past import Past
from tests.forecast_truth.tables import CONNECTION, moments
from tests.forecast_truth.windows import Judged, judged, windows

BACKTEST = "rpt_forecast_backtest"
LEVELS: Mapping[str, str | None] = {"company": None, "segment": "segment", "owner": "owner", "pipeline": "pipeline"}
KEYS = ["as_of_at", "horizon_steps", "level", "level_id", "method"]
FIGURES = ("forecast", "sd", "p10", "p90", "actual")


def told(warehouse: Warehouse) -> pd.DataFrame:
    """Closed windows, and what the warehouse says would have been forecast of them."""
    frame = pd.DataFrame(warehouse.query(f"""
        select as_of_at, horizon_steps, level, level_id, method, forecast, sd, p10, p90, actual
        from warehouse.marts.{BACKTEST} where window_closed"""))  # fmt: skip
    return frame.astype(dict.fromkeys(FIGURES, float))


def computed(book: Book, at: list[int], horizons: list[int]) -> pd.DataFrame:
    """The same by the reference."""
    past = Past(book)
    looked = [AsOf(past, moment) for moment in at]
    rows = [
        {"as_of_at": one.window.moment, "horizon_steps": horizon, "level": level,
         "level_id": level_id(level, one.window.member), "actual": one.window.actual, **said}
        for level, column in LEVELS.items() for horizon in horizons
        for one in judged(windows(looked, horizon, column)) for said in methods(one)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame.assign(as_of_at=moments(frame["as_of_at"]))


def methods(one: Judged) -> Iterator[dict[str, Any]]:
    yield {"method": "chain", "forecast": one.forecast, "sd": one.sd, "p10": one.low, "p90": one.high}
    yield {"method": "weighted_pipeline", "forecast": one.window.weighted}
    yield {"method": "bias_corrected", "forecast": one.corrected}
    if one.run_rate is not None:
        yield {"method": "run_rate", "forecast": one.run_rate}


def level_id(level: str, member: str) -> str:
    return f"{CONNECTION}:{member}" if level in ("owner", "pipeline") else member


def differences(warehouse: Warehouse, book: Book) -> tuple[int, dict[str, float]]:
    """How many rows both sides have; by figure, the largest difference as a share of the largest figure."""
    theirs = told(warehouse)
    at = warehouse.values("select as_of_at from forecast.int_forecast_as_ofs where purpose = 'backtest' order by 1")
    ours = computed(book, list(moments_of(at)), sorted(set(theirs["horizon_steps"])))
    both = ours.merge(theirs, on=KEYS, how="left", suffixes=("", "_told"), indicator=True)
    found = {"unmatched": float((both["_merge"] != "both").sum())}
    both = both[both["_merge"] == "both"]
    for name in FIGURES:
        off = (both[name] - both[f"{name}_told"]).abs() / max(1.0, float(both[name].abs().max()))
        found[name] = float(np.nanmax(off))
        found["unmatched"] += float((both[name].isna() != both[f"{name}_told"].isna()).sum())
    return len(both), found


def moments_of(at: list[pd.Timestamp]) -> list[int]:
    return [int(value) for value in pd.Series(at).astype("datetime64[us]").astype("int64")]
