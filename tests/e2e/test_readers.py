"""Readers who ask all the time while nights are published: no error, and never two nights in one answer.

Small publications in quick succession are tests/orchestration/test_publish.py's; here the warehouses are real ones,
of which two are published by whole nights and eight by the publishing code alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.publish.publication import open_publishers, prune, publish
from tests.e2e.company import NOW, export, make_workspace
from tests.e2e.shell import HANGS, plumbline

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

# Each answer joins three marts and tells which nights were in it, and whether their figures belong together.
DUCKDB_READER = """
import json, os, sys
from pathlib import Path
import duckdb
os.nice(15)  # they ask without a pause, and the nights are to get on all the same
warehouse, stop = sys.argv[1], Path(sys.argv[2])
asked, seen, problems = 0, set(), []
while not stop.exists():
    try:
        with duckdb.connect(warehouse, read_only=True) as connection:
            rows = connection.execute('''
                select connections.night_id, connections.as_of, results.as_of, deals.as_of, count(*),
                       count(distinct results.deal_key), any_value(connections.deals)
                from marts.dim_connections as connections
                join marts.fct_step_results as results on results.connection = connections.connection
                join marts.dim_deals as deals on deals.deal_key = results.deal_key
                group by all''').fetchall()
            again = connection.execute('select distinct night_id from marts.fct_sync_runs').fetchall()
            [[total]] = connection.execute('select count(*) from marts.fct_step_results').fetchall()
        [[night, at, of_results, of_deals, count, deals, told]] = rows
        if not (at == of_results == of_deals and count == total and deals == told and again == [(night,)]):
            problems.append(f'a mixture: {rows} {again} {total}')
        seen.add(night)
    except Exception as error:
        problems.append(f'{type(error).__name__}: {error}')
    asked += 1
print(json.dumps({'asked': asked, 'nights': sorted(seen), 'problems': problems}))
"""
PARQUET_READER = """
import json, os, sys
from pathlib import Path
import duckdb
os.nice(15)  # they ask without a pause, and the nights are to get on all the same
folder, stop = Path(sys.argv[1]), Path(sys.argv[2])
asked, seen, problems = 0, set(), []
while not stop.exists():
    try:
        tables = json.loads((folder / 'manifest.json').read_text())['tables']
        file = {name: str(folder / table['file']) for name, table in tables.items()}
        rows = duckdb.connect().execute(f'''
            select connections.night_id, connections.as_of, results.as_of, count(*) from '{file['dim_connections']}' as
            connections join '{file['fct_step_results']}' as results using (connection) group by all''').fetchall()
        [[night, at, of_results, count]] = rows
        if at != of_results or count != tables['fct_step_results']['rows']:
            problems.append(f'a mixture: {rows} {tables}')
        seen.add(night)
    except Exception as error:
        problems.append(f'{type(error).__name__}: {error}')
    asked += 1
print(json.dumps({'asked': asked, 'nights': sorted(seen), 'problems': problems}))
"""


@contextmanager
def reading(home: Path, reports: list[dict]) -> Iterator[None]:
    """Four readers of the DuckDB file and one of the Parquet folder, each a process, until the block ends."""
    published, stop = home / "data" / "published", home / "stop"
    reader, warehouse = [sys.executable, "-c"], published / "warehouse.duckdb"
    commands = [[*reader, DUCKDB_READER, str(warehouse), str(stop)]] * 4
    commands.append([*reader, PARQUET_READER, str(published / "parquet"), str(stop)])
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for command in commands
    ]
    try:
        yield
    finally:
        stop.touch()
        ended = [process.communicate(timeout=HANGS) for process in processes]  # each ends after its last answer
    for process, (out, errors) in zip(processes, ended, strict=True):
        assert process.returncode == 0, errors
        reports.append(json.loads(out))


def night(home: Path, day: int) -> Path:
    """A whole night, `day` days later; the file that it published under its own name."""
    export(home / "exports" / "acme", deals=24 + day)
    done = plumbline("sync", "--as-of", (NOW + timedelta(days=day)).isoformat(), home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    [path] = [
        path
        for path in (home / "data" / "published").glob("*.duckdb")
        if path.name != "warehouse.duckdb" and path.samefile(home / "data" / "published" / "warehouse.duckdb")
    ]
    return path


def copy_of(warehouse: Path, night_id: str, folder: Path) -> Path:
    """The warehouse as another night would have built it, which says so in every row that names its night."""
    target = folder / f"{night_id}.duckdb"
    target.write_bytes(warehouse.read_bytes())
    with duckdb.connect(str(target)) as connection:
        for table in ("dim_connections", "fct_sync_runs", "fct_forecasts"):
            connection.execute(f"update marts.{table} set night_id = ?", [night_id])
    return target


def test_readers_in_a_loop_during_ten_publications_see_no_error_and_no_mixture(tmp_path: Path) -> None:
    home = make_workspace(tmp_path / "home", "acme")
    settings = home / "plumbline.yml"
    settings.write_text(
        settings.read_text().replace("[{kind: duckdb}]", "[{kind: duckdb}, {kind: parquet}]")
        + "retention: {publications: 5}\n"
    )
    published = home / "data" / "published"
    publishers = open_publishers([("duckdb", published), ("parquet", published / "parquet")])
    reports: list[dict] = []
    night(home, 0)
    before = publishers[0].current()
    with reading(home, reports):
        last = [night(home, 1), night(home, 2)]
        copies = [
            copy_of(last[number % 2], f"20270101T0000{number:02}-aaaaaaaa", tmp_path) for number in range(8)
        ]  # later than any night here, so that none of them counts as old
        for warehouse in copies:
            publish(publishers, warehouse, warehouse.stem)
            prune(publishers, keep=5)
    assert [report["problems"] for report in reports] == [[]] * 5
    names = {before, *(path.stem for path in last), *(path.stem for path in copies)}
    seen = {name for report in reports for name in report["nights"]}
    assert seen <= names
    assert {before, last[0].stem} < seen, "the readers should have met several nights"
    assert all(report["asked"] > 10 for report in reports), [report["asked"] for report in reports]
    assert len(publishers[0].nights()) == 5
