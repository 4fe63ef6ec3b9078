"""Reading an export again: parts, counts, a killed reading, files that did not change."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.files import connector as connector_module
from tests.connectors.files.exports import connect, deal, pages, records, stream, write_csv, write_parquet


def test_parts_of_a_folder_are_read_in_order_and_the_later_one_counts(tmp_path: Path) -> None:
    (tmp_path / "deals").mkdir()
    write_csv(tmp_path / "deals" / "2026-01.csv", [deal(1, stage_id="Lead"), deal(2), deal(3, is_deleted="true")])
    write_parquet(tmp_path / "deals" / "2026-02.parquet", [deal(1, stage_id="Demo"), deal(3, is_deleted=False)])
    (tmp_path / "deals" / "_SUCCESS.csv").write_text("")
    connector = connect(tmp_path)
    assert [(r.id, r.is_deleted) for r in records(connector)] == [
        ("1", False),
        ("2", False),
        ("3", True),
        ("1", False),
        ("3", False),
    ]
    assert connector.count(stream(connector)) == 3
    assert set(connector.sweep(stream(connector)) or ()) == {"1", "2", "3"}


def test_count_sweep_and_read_agree(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(n, is_deleted=n % 3 == 0) for n in range(1, 11)])
    connector = connect(tmp_path)
    live = {"1", "2", "4", "5", "7", "8", "10"}
    assert connector.count(stream(connector)) == len(live)
    assert set(connector.sweep(stream(connector)) or ()) == live
    found = [r.id for page in connector.read(stream(connector), ["5", "3", "gone"]) for r in page.records]
    assert found == ["3", "5"]


def test_a_killed_reading_goes_on_where_it_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector_module, "PAGE_ROWS", 3)
    (tmp_path / "deals").mkdir()
    write_csv(tmp_path / "deals" / "a.csv", [deal(n) for n in range(1, 6)])
    write_csv(tmp_path / "deals" / "b.csv", [deal(n) for n in range(6, 9)])
    whole = pages(connect(tmp_path))
    assert [page.last for page in whole] == [False, False, False, True]
    for stop, page in enumerate(whole):
        rest = pages(connect(tmp_path), **page.position)
        delivered = [r.id for p in (*whole[: stop + 1], *rest) for r in p.records]
        assert delivered == [str(n) for n in range(1, 9)]
    write_csv(tmp_path / "deals" / "b.csv", [deal(n) for n in range(6, 10)])
    anew = pages(connect(tmp_path), **whole[1].position)
    assert [r.id for page in anew for r in page.records] == [str(n) for n in range(1, 10)]


def test_an_unchanged_export_is_not_read_again(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1)])
    written = datetime.fromtimestamp(time.time(), UTC)
    assert [page.records for page in pages(connect(tmp_path), synced_to=written + timedelta(minutes=1))] == [[]]
    assert len(pages(connect(tmp_path), synced_to=written - timedelta(minutes=1))[0].records) == 1
    old = tmp_path / "old.csv"
    write_csv(old, [deal(2)])
    past = written.timestamp() - 1e6
    os.utime(old, (past, past))
    old.replace(tmp_path / "deals.csv")  # an older file put in place of a newer is a change too
    assert len(pages(connect(tmp_path), synced_to=written - timedelta(minutes=1))[0].records) == 1


def test_other_options_have_unchanged_files_read_again(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1)])
    plain, zoned = stream(connect(tmp_path)), stream(connect(tmp_path, time_zone="Europe/Berlin"))
    assert plain.fields == stream(connect(tmp_path)).fields
    assert plain.fields != zoned.fields
