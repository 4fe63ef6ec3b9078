"""Publishes the marts as Parquet: one folder per night, and a `manifest.json` that says which folder counts.

Only this kind of publication belongs here. Readers take the folder from the manifest once per query, so that two
tables of one query are of one night; a name like `latest/` can't promise that.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import orjson

from orchestration.files import sync_to_disk, write_json
from orchestration.publish.interface import disk_errors


class ParquetPublisher:
    """Keeps one folder per night below its own folder."""

    name = "parquet"

    def __init__(self, folder: Path, schema: str = "marts") -> None:
        self.folder = folder
        self.schema = schema
        self.manifest = folder / "manifest.json"

    def prepare(self, marts: Path, night_id: str) -> None:
        """Write every mart into the night's folder, then give the folder its name."""
        target = self.folder / night_id
        draft = self.folder / f".{night_id}.new"
        shutil.rmtree(draft, ignore_errors=True)
        try:
            with disk_errors("the Parquet publication", self.folder):
                draft.mkdir(parents=True)
                rows = self._export(marts, draft)
                write_json(draft / "tables.json", rows)
                shutil.rmtree(target, ignore_errors=True)
                draft.rename(target)
                sync_to_disk(self.folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _export(self, marts: Path, draft: Path) -> dict[str, int]:
        rows: dict[str, int] = {}
        with duckdb.connect(str(marts), read_only=True) as connection:
            tables = connection.execute(
                "select table_name from information_schema.tables where table_schema = ? order by 1", [self.schema]
            ).fetchall()
            for (table,) in tables:
                target = str(draft / f"{table}.parquet").replace("'", "''")
                copied = connection.execute(
                    f"copy (select * from {self.schema}.\"{table}\") to '{target}' (format parquet)"
                ).fetchone()
                rows[table] = int(copied[0]) if copied else 0
                sync_to_disk(draft / f"{table}.parquet")
        return rows

    def activate(self, night_id: str) -> None:
        """Point the manifest at this night's folder."""
        rows = orjson.loads((self.folder / night_id / "tables.json").read_bytes())
        tables = {table: {"file": f"{night_id}/{table}.parquet", "rows": count} for table, count in rows.items()}
        with disk_errors("the Parquet manifest", self.folder):
            write_json(self.manifest, {"night_id": night_id, "folder": night_id, "tables": tables})

    def current(self) -> str | None:
        """The night that the manifest names."""
        if not self.manifest.exists():
            return None
        return str(orjson.loads(self.manifest.read_bytes())["night_id"])

    def nights(self) -> list[str]:
        """The nights whose folders are complete."""
        return sorted(path.parent.name for path in self.folder.glob("[!.]*/tables.json"))

    def discard(self, night_id: str) -> None:
        """Remove a night's folder."""
        shutil.rmtree(self.folder / night_id, ignore_errors=True)
