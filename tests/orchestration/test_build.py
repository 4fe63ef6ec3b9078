"""What dbt is given: typed reference tables, and the lake cut at each connection's watermark."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.build import BuildError, BuildFiles, write_inputs

SOURCES = """
sources:
  - name: reference
    tables:
      - name: stages
        columns:
          - {name: stage_key, data_type: text}
          - {name: probability, data_type: double}
          - {name: ends, data_type: timestamp}
  - name: lake
    tables:
      - name: files__deals
        columns: [{name: connection, data_type: text}, {name: id, data_type: text}, {name: seq, data_type: bigint}]
      - name: hubspot__deals
        columns: [{name: connection, data_type: text}, {name: id, data_type: text}, {name: seq, data_type: bigint}]
  - name: ledger
    tables:
      - name: forecasts
        columns:
          - {name: night, data_type: text}
          - {name: level, data_type: text}
          - {name: p10, data_type: "decimal(18,2)"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "sources.yml").write_text(SOURCES)
    return folder


def lake_file(path: Path, first: int, last: int) -> str:
    pq.write_table(
        pa.table({"id": [f"d{i}" for i in range(first, last + 1)], "seq": list(range(first, last + 1))}), path
    )
    return str(path)


def build(tmp_path: Path, project: Path, watermarks: dict[str, int | None], frame: pd.DataFrame) -> Path:
    files = BuildFiles(tmp_path / "night's build")
    if not files.folder.exists():
        files.begin()
    live = {
        "files/deals": {
            "a": [lake_file(tmp_path / "a1.parquet", 1, 4), lake_file(tmp_path / "a'2.parquet", 5, 9)],
            "b": [lake_file(tmp_path / "b.parquet", 1, 3)],
        }
    }
    write_inputs(files, project, {"stages": frame}, live, watermarks)
    return files.build


COUNTS = "select connection, max(seq), count(*) from lake.files__deals group by 1 order by 1"
STAGES = pd.DataFrame({"stage_key": ["one"], "probability": [1], "ends": [None]})


def test_each_connection_is_cut_at_its_own_watermark_and_one_without_is_absent(tmp_path: Path, project: Path) -> None:
    file = build(tmp_path, project, {"a": 6, "b": None}, STAGES)
    with duckdb.connect(str(file), read_only=True) as con:
        assert con.execute(COUNTS).fetchall() == [("a", 6, 6)]
        assert con.execute("select count(*) from lake.hubspot__deals").fetchone() == (0,)
        assert con.execute("select typeof(max(seq)) from lake.hubspot__deals").fetchone() == ("BIGINT",)
        assert con.execute("select typeof(probability), typeof(ends), ends from reference.stages").fetchall() == [
            ("DOUBLE", "TIMESTAMP", None)
        ]


def test_writing_again_lets_a_held_connection_fall_back(tmp_path: Path, project: Path) -> None:
    build(tmp_path, project, {"a": 9, "b": 3}, STAGES)
    file = build(tmp_path, project, {"a": 2, "b": 3}, STAGES)
    with duckdb.connect(str(file), read_only=True) as con:
        assert con.execute(COUNTS).fetchall() == [("a", 2, 2), ("b", 3, 3)]


def test_a_missing_column_is_named(tmp_path: Path, project: Path) -> None:
    with pytest.raises(BuildError, match=r"reference\.stages lacks .*: probability"):
        build(tmp_path, project, {}, STAGES.drop(columns="probability"))


def test_the_ledger_shows_nights_of_every_age(tmp_path: Path, project: Path) -> None:
    old, new = tmp_path / "an old one's.parquet", tmp_path / "new.parquet"
    pq.write_table(pa.table({"night": ["a", "a"], "amount": [1, 2]}), old)
    pq.write_table(pa.table({"night": ["b"], "level": ["company"], "more": [1]}), new)
    files = BuildFiles(tmp_path / "build")
    files.begin()
    for paths, rows in (
        ([], []),
        ([old], [("a", None, None)] * 2),
        ([old, new], [("a", None, None)] * 2 + [("b", "company", None)]),
    ):
        write_inputs(files, project, {"stages": STAGES}, {}, {}, paths)
        with duckdb.connect(str(files.build), read_only=True) as con:
            assert con.execute("select night, level, p10 from ledger.forecasts order by all").fetchall() == rows
            assert con.execute("select column_type from (describe ledger.forecasts)").fetchall()[-1] == (
                "DECIMAL(18,2)",
            )
