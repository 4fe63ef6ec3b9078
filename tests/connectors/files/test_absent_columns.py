"""A column that an export doesn't have is told apart from one that is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.files.exports import connect, deal, stream, write_csv, write_ndjson, write_parquet
from tests.connectors.files.stock import EXPORTS

WRITE = {"csv": write_csv, "parquet": write_parquet, "ndjson": write_ndjson}
WHOLE = {"amount": "1", "close_date": "2026-03-01"}


def absent(folder: Path, *wanted: str, **options: object) -> list[str]:
    connector = connect(folder, wanted=wanted, **options)
    return list(connector.absent_fields(stream(connector)))


@pytest.mark.parametrize("form", WRITE)
def test_an_empty_column_is_there_and_another_is_not(tmp_path: Path, form: str) -> None:
    WRITE[form](tmp_path / f"deals.{form}", [deal(1, **WHOLE, budget=None), deal(2, **WHOLE, budget=None)])
    assert absent(tmp_path, "budget", "champion", "owner", "deal_type", "pipeline") == ["champion", "owner_id"]


def test_whoever_names_it_what_deals_are_kept_up_by_is_looked_for(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1)])
    assert absent(tmp_path) == ["amount", "close_date"]
    write_csv(tmp_path / "deals.csv", [deal(1, value="5", close_date="")])
    assert absent(tmp_path, columns={"deals": {"amount": "value"}}) == []


def test_a_field_of_which_changes_tell_is_not_absent(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1, **WHOLE)])
    change = {"deal_id": "1", "field": "budget", "value": "", "changed_at": "2026-02-01T00:00:00Z"}
    write_csv(tmp_path / "field_changes.csv", [change])
    assert absent(tmp_path, "budget", "champion") == ["champion"]


def test_every_part_with_a_header_must_have_the_column(tmp_path: Path) -> None:
    (tmp_path / "deals").mkdir()
    write_csv(tmp_path / "deals" / "1.csv", [deal(1, **WHOLE, budget="9")])
    assert absent(tmp_path, "budget") == []
    write_csv(tmp_path / "deals" / "2.csv", [deal(2, **WHOLE)])
    assert absent(tmp_path, "budget") == ["budget"]


def test_lines_of_json_leave_out_what_is_empty(tmp_path: Path) -> None:
    (tmp_path / "deals").mkdir()
    write_ndjson(tmp_path / "deals" / "1.ndjson", [deal(1, **WHOLE), deal(2, **WHOLE, budget="9")])
    write_ndjson(tmp_path / "deals" / "2.ndjson", [deal(3)])
    assert absent(tmp_path, "budget") == []


def test_the_operator_hears_of_what_the_process_names(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1)])
    connector = connect(tmp_path, wanted=["budget", "owner"])
    told = "the export has no columns budget, owner_id; what rests on it stays unknown"
    assert [note[: len(told)] for note in connector.notes(stream(connector))] == [told]
    assert any(line.startswith(told) for line in connector.probe())
    assert connect(tmp_path).notes(stream(connector)) == []


@pytest.mark.parametrize("name", EXPORTS)
def test_a_stock_export_has_its_own_names_for_them(name: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", EXPORTS[name])
    assert absent(tmp_path, "owner") == []


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
def test_a_path_is_there_if_one_row_has_something_at_it(tmp_path: Path, form: str) -> None:
    rows = [deal(1, **WHOLE, more={"budget": None, "team": "A"}), deal(2, **WHOLE, more={"budget": "9", "team": "B"})]
    WRITE[form](tmp_path / f"deals.{form}", rows)
    assert absent(tmp_path, "more.budget", "more.champion", "less.budget") == ["more.champion", "less.budget"]


def test_a_documented_column_may_be_found_at_a_path(tmp_path: Path) -> None:
    write_ndjson(tmp_path / "deals.ndjson", [deal(1, close_date="", money={"value": "5"})])
    assert absent(tmp_path, columns={"deals": {"amount": "money.value"}}) == []
