"""What the compliance models cost on a public log taken many times over, beside pm4py's DECLARE check of the same log.

Processor seconds and not the clock's, in one process that runs the compiled models in their order, with the engine set
as in a night. It prints, never judges. `PLUMBLINE_BENCH_LOG_TIMES=1,10` leaves out the fifty-fold log of the default.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.benchmarks.contestants import PEERS, Contestant, Skipped, python_of
from tests.dbt.compiled import engine_settings
from tests.dbt.compliance_tables import MODELS
from tests.dbt.harness import _invoke, project_manifest
from tests.dbt.test_compliance_log import completed_events, world_of
from tests.shared import shared_folder

TIMES = [int(times) for times in os.environ.get("PLUMBLINE_BENCH_LOG_TIMES", "1,10,50").split(",")]
GRACE = 60
TARGETS: Mapping[int, str] = {10: "at most 5 s and 1,000 MB", 50: "at most 25 s and 4,000 MB"}
KEYS = {
    "int_deals": ("deal_key", "deal_id"),
    "int_stage_changes": ("deal_key", "change_id"),
    "int_activities": ("deal_key", "activity_id"),
}
SHOWN = 12
PM4PY = Contestant("pm4py DECLARE", "declare_by_pm4py.py", "pm4py.txt", ())

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3 * 3600)]


def compiled(folder: Path) -> list[dict[str, str]]:
    """The models in the order in which they are built."""
    nodes = [
        result.node for result in _invoke(["compile", "--select", *MODELS.split()], folder, project_manifest()).results
    ]
    return [
        {"name": n.name, "kind": n.config.materialized, "relation": n.relation_name, "sql": n.compiled_code}
        for n in nodes
        if n.resource_type == "model"
    ]


def multiplied(source: Path, target: Path, times: int) -> tuple[int, int]:
    """Every deal of a build file `times` times over; how many deals and events there are then."""
    shutil.copy(source, target)
    with duckdb.connect(str(target)) as db:
        for table, keys in KEYS.items():
            own = ", ".join(f"{key} || '-' || n as {key}" for key in keys)
            db.execute(f"create or replace table canonical.{table} as select told.* replace ({own}) "
                       f"from canonical.{table} as told, range({times}) as copies(n)")  # fmt: skip
        count = "select (select count(*) from canonical.int_deals), (select count(*) from canonical.int_activities)"
        [(deals, events)] = db.execute(count).fetchall()
    return deals, events


def models_measured(folder: Path, build: Path, plan: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Processor seconds and peak of memory per model, and the seconds for copying the marts that they made."""
    settings = dict(engine_settings())
    (folder / "plan.json").write_text(json.dumps({"settings": settings, "models": list(plan)}))
    script = Path(__file__).with_name("measured_models.py")
    names = (build, folder / "warehouse.duckdb", folder / "plan.json", folder / "report.json")
    subprocess.run([sys.executable, str(script), *map(str, names)], check=True)
    return json.loads((folder / "report.json").read_text())


def constraints(process: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Each step before, and followed by, every event that ends its stage."""
    entering: dict[int, list[str]] = {}
    for name, order in process["stage_map"]:
        entering.setdefault(order, []).append(name)
    orders = [order for order, _, _ in process["stages"]]
    ending = {order: entering[after] for order, after in pairwise([*orders, max(entering)])}
    pairs = [(event, end) for _, order, _, _, event in process["steps"] for end in ending[order] if event != end]
    return {"precedence": pairs, "response": pairs}


def declare_measured(folder: Path, events: pd.DataFrame, process: Mapping[str, Any], times: int) -> dict[str, Any]:
    """pm4py's figures. Raises Skipped."""
    python = python_of(PM4PY)
    rows = events.rename(columns={"case_id": "case", "at": "time"})[["case", "name", "time"]]
    copies = pd.concat([rows.assign(case=rows["case"] + f"-{n}") for n in range(times)], ignore_index=True)
    copies.sort_values(["case", "time"], kind="stable").to_csv(folder / "events.csv", index=False)
    (folder / "constraints.json").write_text(json.dumps(constraints(process)))
    names = (folder / "events.csv", folder / "constraints.json", folder / "declare.json")
    command = [str(python), str(PEERS / PM4PY.script), *map(str, names)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(f"could not check: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1][:200]}")
    return json.loads((folder / "declare.json").read_text())


def test_the_compliance_models(tmp_path: Path) -> None:
    events = completed_events(shared_folder("data", "bpi2012", "BPI_Challenge_2012.xes.gz"))
    process = json.loads(shared_folder("oracles", "bpi2012", "process.json").read_text(encoding="utf-8"))
    world = world_of(tmp_path / "log", events, process, GRACE)
    plan = compiled(world.warehouse.folder)
    lines, costs = [], []
    for times in TIMES:
        folder = tmp_path / f"times_{times}"
        folder.mkdir()
        # The build file has the name that the compiled models call it by.
        build = folder / "build.duckdb"
        deals, rows = multiplied(world.warehouse.folder / "build.duckdb", build, times)
        report = models_measured(folder, build, plan)
        taken = report["models"]
        cpu, peak = sum(model["cpu"] for model in taken), max(model["peak"] for model in taken)
        costs.append((rows, cpu))
        lines += [
            f"{deals:,} deals, {rows:,} events: {cpu:.1f} processor seconds, {peak / 1e6:,.0f} MB peak"
            + (f" (aimed at: {TARGETS[times]})" if times in TARGETS else ""),
            *(f"{model['cpu']:10.2f} s {model['peak'] / 1e6:8,.0f} MB  {model['name']}"
              for model in sorted(taken, key=lambda model: -model["cpu"])[:SHOWN]),
            f"  copying the finished marts, and nothing else: {report['copied']:.1f} processor seconds",
        ]  # fmt: skip
        try:
            theirs = declare_measured(folder, events, process, times)
            pairs = sum(map(len, constraints(process).values()))
            lines.append(f"  {PM4PY.name}, {pairs} constraints: {theirs['cpu']:.1f} processor seconds, "
                         f"{theirs['peak'] / 1e6:,.0f} MB peak, {theirs['violations']:,} violations")  # fmt: skip
        except Skipped as why:
            lines.append(f"  {PM4PY.name} {why}")
        shutil.rmtree(folder)
    lines += [f"per million events: {cpu / rows * 1e6:.2f} processor seconds at {rows:,}" for rows, cpu in costs]
    print("\n" + "\n".join(lines))
