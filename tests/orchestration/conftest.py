"""Small hand-made marts, for what handles publications without knowing how they were made."""

from pathlib import Path

import duckdb
import pytest

from orchestration.publish.interface import Publisher
from orchestration.publish.publication import open_publishers


def make_marts(path: Path, version: int = 1) -> Path:
    """A marts file of two tables whose values all are `version`: a reader that sees two values saw a mixture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        con.execute(
            f"create table marts.fct_findings as select i as finding_id, i % 2 = 0 as is_alert, "
            f"'owner-' || i as owner_key_now, {version} as version from range(100) r(i)"
        )
        con.execute(f"create table marts.fct_forecasts as select i as line, {version} as version from range(10) r(i)")
    return path


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    return make_marts(tmp_path / "build" / "warehouse.duckdb")


def duckdb_only(folder: Path) -> list[Publisher]:
    """The publisher that every workspace has."""
    return open_publishers([("duckdb", folder)])


def both(folder: Path) -> list[Publisher]:
    """Both publishers, below one folder."""
    return open_publishers([("parquet", folder / "parquet"), ("duckdb", folder)])
