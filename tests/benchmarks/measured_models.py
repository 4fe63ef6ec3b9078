"""Runs compiled models one after another in a process of its own and writes down what each took.

Run by test_compliance.py: `python measured_models.py BUILD WAREHOUSE PLAN REPORT`. PLAN holds the engine's settings and
lists the models in order, each with its relation, kind and SQL. Which models those are, and the table of figures, is
said there. In the end each finished mart is copied: what the engine takes to write them and nothing else is the least
that any way of computing them could take.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import duckdb

THREADS = 2  # as many as a night has
FORMAT = "storage_version 'v1.5.0'"  # a warehouse's
SELF = Path("/proc/self")


def processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_bytes() -> int:
    """The largest resident memory since the last reset; where the system keeps none, since the process began."""
    status = SELF / "status"
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def reset_peak() -> None:
    clear = SELF / "clear_refs"
    if clear.exists():
        clear.write_text("5")


def seconds_to_copy(db: duckdb.DuckDBPyConnection, copy: Path) -> float:
    """Processor seconds for writing the marts of the warehouse once more, into a file of the same format."""
    db.execute(f"attach '{copy}' as copy ({FORMAT})")
    names = db.execute(
        "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = 'marts'"
    ).fetchall()
    used = processor_seconds()
    for (name,) in names:
        db.execute(f"create table copy.{name} as from warehouse.marts.{name}")
    return processor_seconds() - used


def main(build: Path, warehouse: Path, plan: Path, report: Path) -> None:
    planned = json.loads(plan.read_text())
    taken: list[dict[str, Any]] = []
    with duckdb.connect(str(build), config={"threads": THREADS}) as db:
        for name, value in planned["settings"].items():
            db.execute(f"set {name} = '{value}'")
        db.execute(f"attach '{warehouse}' as warehouse ({FORMAT})")
        for schema in ("compliance", "warehouse.marts"):
            db.execute(f"create schema if not exists {schema}")
        for model in planned["models"]:
            reset_peak()
            used = processor_seconds()
            db.execute(f"create or replace {model['kind']} {model['relation']} as ({model['sql']})")
            taken.append({"name": model["name"], "cpu": processor_seconds() - used, "peak": peak_bytes()})
        copied = seconds_to_copy(db, warehouse.with_name("copy.duckdb"))
    report.write_text(json.dumps({"models": taken, "copied": copied}))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:5]))
