"""What the dbt project says it reads: the tables of its sources, with their columns and types.

Only reading these declarations belongs here. They are the one place where the shape of the reference tables and of the
lake's views is written down, so the build takes it from there instead of saying it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One table of a dbt source; columns in the order of their declaration, with their SQL types."""

    source: str
    name: str
    columns: tuple[tuple[str, str], ...]


@cache
def declared_sources(project: Path) -> tuple[SourceTable, ...]:
    """Every source table that the project at this path declares, in order."""
    tables: list[SourceTable] = []
    for path in sorted((project / "models").rglob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for source in document.get("sources", []):
            for table in source.get("tables", []):
                columns = tuple((column["name"], column["data_type"]) for column in table.get("columns", []))
                tables.append(SourceTable(source["name"], table["name"], columns))
    return tuple(tables)


def tables_of(project: Path, source: str) -> tuple[SourceTable, ...]:
    """The tables of one source."""
    return tuple(table for table in declared_sources(project) if table.source == source)
