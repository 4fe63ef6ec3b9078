"""Every SQL block of the README gives rows on a demo's warehouse, as a BI analyst would try it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.e2e.shell import plumbline

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^([^\n]+):\n\n```sql\n(.+?)```", README, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r'plumbline query "(select .+?|describe .+?)"', README)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme") / "demo"
    done = plumbline("demo", "--dir", str(folder), "--deals", "240")
    assert done.returncode == 0, done.stderr
    return folder


def test_there_are_ten_charts_and_no_block_without_a_title() -> None:
    assert len(BLOCKS) == README.count("```sql") >= 10


@pytest.mark.parametrize("sql", [sql for _, sql in BLOCKS], ids=[title[:40] for title, _ in BLOCKS])
def test_a_chart_has_rows_and_no_empty_column(sql: str, home: Path) -> None:
    with duckdb.connect(str(home / "data" / "published" / "warehouse.duckdb"), read_only=True) as warehouse:
        frame = warehouse.sql(sql).df()
    assert len(frame) > 1
    assert [name for name in frame.columns if frame[name].isna().all()] == []


@pytest.mark.parametrize("sql", COMMANDS)
def test_a_command_of_the_readme_works(sql: str, home: Path) -> None:
    done = plumbline("query", sql, home=home)
    assert done.returncode == 0, done.stderr
    assert not done.stdout.endswith("(0 rows)\n")
