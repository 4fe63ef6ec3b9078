"""Builds a small warehouse from hand-written rows, runs dbt on it and reads the result.

Only what every dbt test needs belongs here: writing `reference` and `lake`, running a selection, querying. What the
rows mean and what must come out of them is said in the tests.

    home = Warehouse(tmp_path)
    home.reference("stage_map", [{"connection": "acme", "pipeline_id": "p", "stage_id": "s1", "stage_key": "first"}])
    home.lake("hubspot__deals", [record("1", payload={...}, modified_at=at("2024-03-01"))])
    home.run("+int_deals")
    assert home.query("select deal_id from canonical.int_deals") == [{"deal_id": "1"}]
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from tests.dbt import compiled

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
PARSED = PROJECT.parent / ".pytest_cache" / "dbt"
Row = Mapping[str, Any]

AS_OF = datetime.fromisoformat("2024-06-03T06:00:00")
"""The night's moment in these tests: a Monday, naive UTC as everywhere in the warehouse."""

SETTINGS: dict[str, Any] = {
    "time_zone": "UTC", "home_currency": "EUR", "as_of": AS_OF, "judge_from": datetime.fromisoformat("2020-01-01"),
    "flicker_seconds": 300, "backfill_seconds": 86_400, "logging_min_activities": 0, "won_at_birth_seconds": 0,
    "fiscal_year_start_month": 1, "night_id": "night-1",
}  # fmt: skip


def at(text: str) -> datetime:
    """A naive UTC timestamp from '2024-03-01' or '2024-03-01T10:00:00'."""
    return datetime.fromisoformat(text)


def record(
    id: str,  # noqa: A002 - the envelope's own word
    payload: Row | str,
    *,
    connection: str = "acme",
    modified_at: datetime | None = None,
    extracted_at: datetime | None = None,
    is_deleted: bool = False,
    kind: str = "record",
    seq: int | None = None,
) -> dict[str, Any]:
    """One row of the lake's envelope; `seq` is given by the order of the rows unless it is said here."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return {
        "connection": connection, "kind": kind, "id": id, "modified_at": modified_at, "is_deleted": is_deleted,
        "extracted_at": extracted_at or AS_OF, "seq": seq, "payload": text,
    }  # fmt: skip


@cache
def source_tables() -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Source -> table -> columns with their types, as the project's models declare them."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for path in sorted((PROJECT / "models").rglob("*.yml")):
        for source in (yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}).get("sources", []):
            tables = found.setdefault(source["name"], {})
            tables.update({t["name"]: [(c["name"], c["data_type"]) for c in t["columns"]] for t in source["tables"]})
    return found


def calendar(first: str = "2023-01-01", days: int = 1461) -> list[dict[str, Any]]:
    """A UTC calendar whose working days are Monday to Friday."""
    rows, worked = [], 0
    for n in range(days):
        day = at(first) + timedelta(days=n)
        works = day.weekday() < 5
        worked += works
        rows.append({"day": day.date(), "day_start_utc": day, "day_end_utc": day + timedelta(days=1),
                     "is_working_day": works, "working_day_no": worked})  # fmt: skip
    return rows


@contextmanager
def _environment(values: Mapping[str, str]) -> Any:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class DbtFailed(AssertionError):
    """dbt ended with an error; the text holds what each failed node said."""


def _invoke(arguments: Sequence[str], folder: Path, manifest: Manifest | None = None) -> Any:
    values = {
        "PLUMBLINE_BUILD_FILE": str(folder / "build.duckdb"),
        "PLUMBLINE_WAREHOUSE_FILE": str(folder / "warehouse.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    with _environment(values):
        answer = dbtRunner(manifest=manifest).invoke([*arguments, "--log-level", "none", "--no-write-json"])
        # dbt-duckdb keeps its database open in the process; the tests want to read the file.
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
            DuckDBConnectionManager._ENV = None
    if not answer.success:
        said = [f"{r.node.name}: {r.message}" for r in getattr(answer.result, "results", []) if r.status not in _FINE]
        raise DbtFailed(f"dbt {' '.join(arguments)} failed:\n" + "\n".join(said or [str(answer.exception)]))
    return answer.result


_FINE = {"success", "pass", "skipped", "warn", "no-op"}


@cache
def project_manifest() -> Manifest:
    """The parsed project, once per test process: parsing costs more than most test builds.

    What dbt has parsed before is kept in the test cache, so that only changed files are parsed again; one process at a
    time, because dbt writes that file in place.
    """
    PARSED.mkdir(parents=True, exist_ok=True)
    with (PARSED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        manifest = _invoke(["parse"], PARSED)
    assert isinstance(manifest, Manifest)
    return manifest


def compiled_models() -> dict[str, compiled.Node]:
    """The project's models as dbt compiles them, by their unique id."""
    if not _compiled:
        _compiled.update(compiled.kept(PARSED, PROJECT, _compile))
    return _compiled


_compiled: dict[str, compiled.Node] = {}


def _compile() -> dict[str, compiled.Node]:
    results = _invoke(
        ["compile", "--exclude", "resource_type:test", "resource_type:unit_test"], PARSED, project_manifest()
    ).results
    return {result.node.unique_id: compiled.node_of(result.node) for result in results}


class Warehouse:
    """A build file and a warehouse file in a folder, with every source table, empty unless rows were given."""

    def __init__(self, folder: Path, settings: Row | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._seq = 0
        with self._open(read_only=False) as db:
            db.execute("begin")
            for source, tables in source_tables().items():
                db.execute(f"create schema if not exists {source}")
                for table, columns in tables.items():
                    listed = ", ".join(f'"{name}" {kind}' for name, kind in columns)
                    db.execute(f"create or replace table {source}.{table} ({listed})")
            db.execute("commit")
        self.reference("settings", [{**SETTINGS, **(settings or {})}])

    @contextmanager
    def _open(self, *, read_only: bool) -> Any:
        with duckdb.connect(str(self.folder / "build.duckdb"), read_only=read_only) as db:
            db.execute("set TimeZone = 'UTC'")
            marts = self.folder / "warehouse.duckdb"
            if read_only and marts.exists():
                db.execute(f"attach '{marts}' as warehouse (read_only)")
            yield db

    def reference(self, table: str, rows: Iterable[Row]) -> None:
        """Replace a reference table's rows; columns not given are null."""
        self._write("reference", table, rows, replace=True)

    def reference_frames(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """Replace reference tables by compiled ones."""
        for table, frame in frames.items():
            self._write("reference", table, frame.to_dict("records"), replace=True)

    def lake(self, table: str, rows: Iterable[Row], *, replace: bool = False) -> None:
        """Append rows made by `record` (`table` like 'hubspot__deals')."""
        numbered = []
        for row in rows:
            self._seq += 1
            numbered.append({**row, "seq": self._seq if row["seq"] is None else row["seq"]})
        self._write("lake", table, numbered, replace=replace)

    def _write(self, source: str, table: str, rows: Iterable[Row], *, replace: bool) -> None:
        columns = source_tables()[source][table]
        names = [name for name, _ in columns]
        rows = list(rows)
        unknown = {key for row in rows for key in row} - set(names)
        assert not unknown, f"{source}.{table} has no column {sorted(unknown)}; it has {names}"
        with self._open(read_only=False) as db:
            if replace:
                db.execute(f"delete from {source}.{table}")
            if rows:
                values = [[_plain(row.get(name)) for name in names] for row in rows]
                db.executemany(f"insert into {source}.{table} values ({', '.join('?' * len(names))})", values)

    def run(self, select: str) -> None:
        """Build a selection of models (space-separated, as on dbt's command line); raises ModelFailed."""
        nodes = compiled_models()
        chosen = compiled.selected(nodes, select)
        compiled.build(nodes, chosen, self.folder / "build.duckdb", self.folder / "warehouse.duckdb")

    def dbt(self, command: str, select: str, *, exclude: str | None = None) -> Any:
        """Have dbt itself do something with a selection (`test`, `list`); raises DbtFailed with what went wrong."""
        arguments = [*command.split(), "--select", *select.split()]
        if exclude:
            arguments += ["--exclude", *exclude.split()]
        return _invoke(arguments, self.folder, project_manifest())

    def query(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows of the built tables: `canonical.int_deals`, `warehouse.marts.dim_deals` ..."""
        with self._open(read_only=True) as db:
            cursor = db.execute(sql, list(parameters))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def values(self, sql: str, *parameters: Any) -> list[Any]:
        """The first column of a query."""
        return [next(iter(row.values())) for row in self.query(sql, *parameters)]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return None if pd.isna(value) else value.to_pydatetime()
    if value is pd.NaT or (isinstance(value, float) and value != value) or value is pd.NA:
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value


def rendered(home: Warehouse, template: str) -> str:
    """A piece of Jinja and SQL with the project's macros filled in."""
    result = _invoke(["compile", "--inline", template], home.folder, project_manifest())
    return str(result.results[0].node.compiled_code)
