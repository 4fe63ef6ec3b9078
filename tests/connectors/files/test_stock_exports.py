"""A CRM's own export of deals is known by its columns, and says that it shows the present only."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.contract import BadInput
from connectors.files.columns import OBJECTS
from connectors.files.stock_exports import CANNOT_TELL, STOCK_EXPORTS, recognise
from tests.connectors.files.exports import (
    connect,
    deal,
    payloads,
    records,
    stream,
    write_csv,
    write_ndjson,
    write_parquet,
)
from tests.connectors.files.stock import EXPORTS, STAGES

CRM = {name: name.partition("_")[0].title().replace("Hubspot", "HubSpot") for name in EXPORTS}


@pytest.mark.parametrize("name", EXPORTS)
def test_it_is_recognised_and_delivered_in_the_documented_columns(name: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", EXPORTS[name])
    connector = connect(tmp_path)
    rows = payloads(connector)
    stages = [row["stage_id"] for row in rows]
    (pipeline,) = STAGES[name]
    assert set(stages) <= set(STAGES[name][pipeline])
    assert {row["pipeline_id"] for row in rows} == {pipeline}
    keys = [STAGES[name][pipeline][stage] for stage in stages]
    assert keys == ["propose", "won", "lost"]
    assert [row["deal_name"] for row in rows] == ["Deal 1", "Deal 2", "Deal 3"]
    assert [float(row["amount"] or 0) for row in rows] == [1000, 2000, 0]
    assert {row["close_date"] for row in rows} == {"2026-03-20"}
    assert all(row["created_at"].startswith("2026-01-12") for row in rows)
    assert all(row["owner_id"] for row in rows)
    assert len({record.id for record in records(connector)}) == 3
    assert connector.count(stream(connector)) == 3
    assert connector.notes(stream(connector)) == [f"a stock export of {CRM[name]}: {CANNOT_TELL}"]
    told = "\n".join(connector.probe())
    assert f"recognised as a stock export of {CRM[name]} (" in told
    assert CANNOT_TELL in told
    assert "activities: absent" in told


def test_what_no_column_of_ours_holds_stays_evidence(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", EXPORTS["salesforce_report"])
    assert payloads(connect(tmp_path))[0]["Probability (%)"] == "75"


def test_a_lost_reason_is_read_where_the_crm_has_one(tmp_path: Path) -> None:
    for name, reason in (("hubspot", "price"), ("pipedrive", "price"), ("odoo", "Too expensive")):
        write_csv(tmp_path / "deals.csv", EXPORTS[name])
        assert payloads(connect(tmp_path))[2]["lost_reason"] == reason


def test_parts_of_several_crms_in_one_folder_are_each_read_in_their_own_words(tmp_path: Path) -> None:
    (tmp_path / "deals").mkdir()
    write_csv(tmp_path / "deals" / "a.csv", EXPORTS["hubspot"])
    write_parquet(tmp_path / "deals" / "b.parquet", EXPORTS["pipedrive"])
    write_csv(tmp_path / "deals" / "c.csv", [deal(7)])
    write_ndjson(tmp_path / "deals" / "d.ndjson", [deal(8)])
    connector = connect(tmp_path)
    assert [record.id for record in records(connector)] == ["901", "902", "903", "1", "2", "3", "7", "8"]
    assert len(connector.notes(stream(connector))) == 2


def test_an_export_with_our_own_columns_is_taken_for_nobodys(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [{**deal(1), "Deal Name": "x", "Deal Stage": "y", "Record ID": "z"}])
    connector = connect(tmp_path)
    assert connector.notes(stream(connector)) == []
    assert payloads(connector)[0]["deal_id"] == "1"


def test_what_the_options_say_goes_first(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", EXPORTS["hubspot"])
    columns = {"deal_id": "Record ID", "stage_id": "Pipeline", "created_at": "Create Date"}
    connector = connect(tmp_path, columns={"deals": columns})
    assert payloads(connector)[0]["stage_id"] == "Sales Pipeline"
    assert connector.notes(stream(connector)) == []


def test_a_column_that_was_not_exported_is_asked_for_by_the_crms_name(tmp_path: Path) -> None:
    rows = [
        {name: value for name, value in row.items() if name != "Created Date"} for row in EXPORTS["salesforce_report"]
    ]
    write_csv(tmp_path / "deals.csv", rows)
    with pytest.raises(BadInput, match=r"'created_at' \('Created Date' in an export of Salesforce\).* missing"):
        records(connect(tmp_path))


def test_names_are_of_columns_that_exist_and_every_export_can_be_whole() -> None:
    for export in STOCK_EXPORTS:
        assert set(export.columns) <= set(OBJECTS["deals"].columns)
        assert set(OBJECTS["deals"].required) <= set(export.columns)
        header = [names[0] for names in export.columns.values()]
        found = recognise(header)
        assert found is not None
        assert found.export is export
        assert export.origin
    assert recognise(["id", "name"]) is None
