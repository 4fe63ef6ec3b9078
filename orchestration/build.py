"""Prepares a night's build file: reference tables, and views of the lake (cut at the watermarks) and of the ledger.

Only what lies *under* dbt belongs here. The lake's live files are resolved once, here, so that nothing that is added
to the lake while the night runs can be seen by it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.sources import SourceTable, tables_of

LiveFiles = Mapping[str, Mapping[str, Sequence[str]]]
"""Table of the lake -> connection -> its live Parquet files."""


class BuildError(Exception):
    """The night's input doesn't fit the models; this is a fault of Plumbline and names where."""


@dataclass(frozen=True, slots=True)
class BuildFiles:
    """The two DuckDB files of a build: everything below the marts, and the marts alone."""

    folder: Path

    @property
    def build(self) -> Path:
        """Reference, lake views, staging, canonical and what lies between them and the marts."""
        return self.folder / "build.duckdb"

    @property
    def marts(self) -> Path:
        """What will be published."""
        return self.folder / "warehouse.duckdb"

    def begin(self) -> None:
        """Start from nothing: a build never continues another."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)


def write_inputs(
    files: BuildFiles,
    project: Path,
    reference: Mapping[str, pd.DataFrame],
    live_files: LiveFiles,
    watermarks: Mapping[str, int | None],
    ledger_files: Sequence[Path] = (),
) -> None:
    """(Re)write all that dbt reads into the build file; safe to repeat after the gate held a connection.

    `ledger_files` are the forecasts of earlier nights, as they were published.
    """
    with duckdb.connect(str(files.build)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create schema if not exists reference")
        connection.execute("create schema if not exists lake")
        for table in tables_of(project, "reference"):
            _write_reference(connection, table, reference)
        for table in tables_of(project, "lake"):
            connection.execute(_lake_view(table, live_files.get(table.name.replace("__", "/", 1), {}), watermarks))
        connection.execute("create schema if not exists ledger")
        for table in tables_of(project, "ledger"):
            connection.execute(_ledger_view(connection, table, ledger_files))
        connection.execute("checkpoint")


def _write_reference(
    connection: duckdb.DuckDBPyConnection, table: SourceTable, reference: Mapping[str, pd.DataFrame]
) -> None:
    frame = reference.get(table.name)
    if frame is None:
        raise BuildError(f"The models read reference.{table.name}, but the compiled process has no such table.")
    absent = [name for name, _ in table.columns if name not in frame.columns]
    if absent:
        raise BuildError(f"reference.{table.name} lacks the columns that the models read: {', '.join(absent)}.")
    declared = dict(table.columns)
    columns = ", ".join(
        f'cast("{name}" as {declared[name]}) as "{name}"' if name in declared else f'"{name}"' for name in frame.columns
    )
    connection.register("incoming", frame)
    connection.execute(f"create or replace table reference.{table.name} as select {columns} from incoming")
    connection.unregister("incoming")


def _lake_view(table: SourceTable, files: Mapping[str, Sequence[str]], watermarks: Mapping[str, int | None]) -> str:
    """A view per object. One branch per connection, so that a connection's cut reads only its own files."""
    branches = [
        _branch(table, connection, paths, watermark)
        for connection, paths in sorted(files.items())
        if paths and (watermark := watermarks.get(connection)) is not None
    ]
    branches = branches or [_nothing(table)]
    return f"create or replace view lake.{table.name} as " + " union all ".join(branches)


def _branch(table: SourceTable, connection: str, paths: Sequence[str], watermark: int) -> str:
    columns = ", ".join(
        f"cast('{connection}' as varchar) as connection"
        if name == "connection"
        else f'cast("{name}" as {kind}) as "{name}"'
        for name, kind in table.columns
    )
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"select {columns} from read_parquet([{listed}], hive_partitioning = false) where seq <= {int(watermark)}"


def _ledger_view(connection: duckdb.DuckDBPyConnection, table: SourceTable, paths: Sequence[Path]) -> str:
    """What earlier nights published. A column that those of an older Plumbline lack is empty for them."""
    if not paths:
        return f"create or replace view ledger.{table.name} as {_nothing(table)}"
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    source = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    there = {name for name, *_ in connection.execute(f"describe select * from {source}").fetchall()}
    columns = ", ".join(
        f'cast("{name}" as {kind}) as "{name}"' if name in there else f'cast(null as {kind}) as "{name}"'
        for name, kind in table.columns
    )
    return f"create or replace view ledger.{table.name} as select {columns} from {source}"


def _nothing(table: SourceTable) -> str:
    columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in table.columns)
    return f"select {columns} where false"


def prune_builds(builds: Path, keep: Sequence[str]) -> None:
    """Builds are only for looking at what went wrong; those not named go."""
    for folder in builds.glob("*"):
        if folder.is_dir() and not folder.is_symlink() and folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)
