"""The pictures of a forecast as files. What each shows is in the module of its name.

A picture that has nothing to show is not made.
"""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestration.files import write_atomically
from orchestration.forecast.calibration import calibration
from orchestration.forecast.fan import fan
from orchestration.forecast.parts import Forecast
from orchestration.forecast.rows import ForecastRows
from orchestration.forecast.waterfall import waterfall


def write_charts(folder: Path, forecast: Forecast, rows: ForecastRows, zone: ZoneInfo) -> list[Path]:
    """Write what can be drawn into the folder; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    of = re.sub(r"\W+", "-", f"{rows.deal_type}-{rows.level_id or rows.level}").strip("-").lower()
    made = {"fan": fan(forecast, rows, zone), "calibration": calibration(rows), "waterfall": waterfall(forecast, rows)}
    written = []
    for name, drawing in made.items():
        if drawing is not None:
            path = folder / f"{of}-{name}.svg"
            write_atomically(path, drawing.text().encode())
            written.append(path)
    return written
