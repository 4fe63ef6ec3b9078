"""What a right export delivers, whatever its format."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files.columns import OBJECTS
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

TYPED = [
    {
        "deal_id": "A-1",
        "stage_id": "Lead",
        "amount": Decimal("1200.50"),
        "created_at": datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
        "close_date": datetime(2026, 3, 1, tzinfo=UTC).date(),
        "is_deleted": False,
        "region": "Nord/Süd",
    },
    {
        "deal_id": "A-2",
        "stage_id": "Demo",
        "amount": None,
        "created_at": datetime(2026, 1, 6, 8, 30, 1, 250000, tzinfo=UTC),
        "close_date": None,
        "is_deleted": True,
        "region": None,
    },
]
AS_TEXT = [
    {
        "deal_id": "A-1",
        "stage_id": "Lead",
        "amount": "1200.50",
        "created_at": "2026-01-05T09:00:00+01:00",
        "close_date": "2026-03-01",
        "is_deleted": "no",
        "region": " Nord/Süd ",
    },
    {
        "deal_id": "A-2",
        "stage_id": "Demo",
        "amount": "",
        "created_at": "2026-01-06 08:30:01.250",
        "close_date": "",
        "is_deleted": "1",
        "region": "",
    },
]
EXPECTED = [
    {
        "deal_id": "A-1",
        "stage_id": "Lead",
        "amount": "1200.50",
        "created_at": "2026-01-05T08:00:00Z",
        "close_date": "2026-03-01",
        "is_deleted": "false",
        "pipeline_id": "default",
        "region": "Nord/Süd",
    },
    {
        "deal_id": "A-2",
        "stage_id": "Demo",
        "created_at": "2026-01-06T08:30:01.250000Z",
        "is_deleted": "true",
        "pipeline_id": "default",
    },
]


def write(folder: Path, suffix: str) -> None:
    if suffix == ".csv":
        write_csv(folder / "deals.csv", AS_TEXT)
    elif suffix == ".parquet":
        write_parquet(folder / "deals.parquet", TYPED)
    else:
        as_json = [
            (
                '{"deal_id": "A-1", "stage_id": "Lead", "amount": 1200.50, "created_at": "2026-01-05T08:00:00Z",'
                ' "close_date": "2026-03-01", "is_deleted": false, "region": "Nord/Süd"}\n'
            ),
            "\n",
            '{"deal_id": "A-2", "stage_id": "Demo", "created_at": "2026-01-06T08:30:01.250Z", "is_deleted": true}\n',
        ]
        (folder / f"deals{suffix}").write_text("".join(as_json), encoding="utf-8")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ndjson", ".jsonl"])
def test_every_format_gives_the_same_records(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, suffix)
    found = records(connect(tmp_path))
    assert [(record.id, record.is_deleted) for record in found] == [("A-1", False), ("A-2", True)]
    complete = [{**dict.fromkeys(OBJECTS["deals"].columns), **row} for row in EXPECTED]
    assert payloads(connect(tmp_path)) == complete
    assert connect(tmp_path).count(stream(connect(tmp_path))) == 1


def test_all_objects_are_found_and_told_apart_by_what_they_cover(tmp_path: Path) -> None:
    rows = {
        "deals": deal(1),
        "stage_changes": {"deal_id": 1, "stage_id": "Lead", "entered_at": "2026-01-05"},
        "field_changes": {"deal_id": 1, "field": "amount", "value": 5, "changed_at": "2026-01-05T10:00:00Z"},
        "activities": {"activity_id": 9, "deal_id": 1, "kind": "meeting", "occurred_at": "2026-01-05T10:00:00Z"},
        "contacts": {"deal_id": 1, "contact_id": 4},
        "documents": {"document_id": 7, "deal_id": 1, "kind": "quote", "occurred_at": "2026-01-05T10:00:00Z"},
        "owners": {"owner_id": 3},
        "stages": {"pipeline_id": "sales", "stage_id": "Lead"},
    }
    for name, row in rows.items():
        write_csv(tmp_path / f"{name}.csv", [row])
    connector = connect(tmp_path)
    assert [(s.name, s.table, s.covers, s.essential) for s in connector.streams()] == [
        (name, f"files/{name}", (name, "planned_activities") if name == "activities" else (name,), True)
        for name in rows
    ]
    ids = {name: records(connector, name)[0].id for name in rows}
    assert (ids["activities"], ids["documents"], ids["owners"], ids["stages"]) == ("9", "7", "3", "sales:Lead")
    assert payloads(connector, "stage_changes")[0]["entered_at"] == "2026-01-05"  # a day stays a day
    assert payloads(connector, "stage_changes")[0]["pipeline_id"] == "default"


def test_rows_without_an_id_are_named_by_what_they_say(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1)])
    moves = [
        {"deal_id": 1, "stage_id": "Lead", "entered_at": "2026-01-05T09:00:00Z", "actor_id": "u1"},
        {"deal_id": 1, "stage_id": "Lead", "entered_at": "2026-01-05T09:00:00Z", "actor_id": "u2"},
        {"deal_id": 1, "stage_id": "Lead", "entered_at": "2026-01-05T09:00:00Z", "actor_id": "u1"},
    ]
    write_csv(tmp_path / "stage_changes.csv", moves)
    first = [record.id for record in records(connect(tmp_path), "stage_changes")]
    assert first[0] == first[2] != first[1]
    write_ndjson(tmp_path / "reversed.ndjson", moves[::-1])
    (tmp_path / "stage_changes.csv").unlink()
    (tmp_path / "reversed.ndjson").rename(tmp_path / "stage_changes.ndjson")
    assert [record.id for record in records(connect(tmp_path), "stage_changes")] == first[::-1]
    connector = connect(tmp_path)
    assert connector.count(stream(connector, "stage_changes")) == 2


def test_the_options_of_an_excel_export(tmp_path: Path) -> None:
    row = {
        "Deal - ID": 7,
        "Phase": "Angebot",
        "angelegt": "05.01.2026 09:30",
        "close_date": "01.03.2026",
        "Wert": "1.200,50",
        "Büro": "Köln",
    }
    write_csv(tmp_path / "deals.csv", [row], delimiter=";", encoding="cp1252")
    names = {"deal_id": "Deal - ID", "stage_id": "Phase", "created_at": "angelegt", "amount": "Wert"}
    connector = connect(
        tmp_path,
        delimiter=";",
        encoding="cp1252",
        time_zone="Europe/Berlin",
        decimal_comma=True,
        date_formats=["%d.%m.%Y %H:%M", "%d.%m.%Y"],
        columns={"deals": names},
    )
    (payload,) = payloads(connector)
    assert {name: value for name, value in payload.items() if value is not None} == {
        "deal_id": "7",
        "stage_id": "Angebot",
        "created_at": "2026-01-05T08:30:00Z",
        "close_date": "2026-03-01",
        "amount": "1200.50",
        "pipeline_id": "default",
        "Büro": "Köln",
    }


def test_what_a_field_was_set_to_is_written_as_in_its_own_column(tmp_path: Path) -> None:
    """Else a deal that had its amount all along would be told that it had none."""
    changes = [
        {"deal_id": 1, "field": "amount", "value": "1.200,50", "changed_at": "05.01.2026 09:30"},
        {"deal_id": 1, "field": "close_date", "value": "01.03.2026", "changed_at": "05.01.2026 09:30"},
        {"deal_id": 1, "field": "Wert netto", "value": "900,5", "changed_at": "05.01.2026 09:30"},
        {"deal_id": 1, "field": "rooms", "value": "1,5", "changed_at": "05.01.2026 09:30"},
    ]
    write_csv(tmp_path / "deals.csv", [deal(1, **{"Wert netto": "1.000,00", "rooms": "1,5"})])
    write_csv(tmp_path / "field_changes.csv", changes)
    connector = connect(
        tmp_path, fields={"amount": "Wert netto"}, decimal_comma=True, date_formats=["%d.%m.%Y %H:%M", "%d.%m.%Y"]
    )
    (now,) = payloads(connector)
    assert (now["Wert netto"], now["rooms"]) == ("1000.00", "1,5")
    found = {row["field"]: row["value"] for row in payloads(connector, "field_changes")}
    assert found == {"amount": "1200.50", "close_date": "2026-03-01", "Wert netto": "900.5", "rooms": "1,5"}


@pytest.mark.parametrize(
    ("value", "delivered"),
    [
        ("2026-07-01 12:00", "2026-07-01T10:00:00Z"),  # summer time
        ("2026-01-01 12:00", "2026-01-01T11:00:00Z"),
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"),
        ("2026-01-01T12:00:00.123456789-0500", "2026-01-01T17:00:00.123456Z"),
        ("2026-01-01", "2026-01-01"),
        ("soon", "soon"),
        ("31.12.2026", "31.12.2026"),
        ("0001-01-01 00:00", "0001-01-01 00:00"),
        ("9999-12-31T23:00:00-05:00", "9999-12-31T23:00:00-05:00"),
    ],
)
def test_times_become_utc_and_what_is_none_stays_text_for_staging(tmp_path: Path, value: str, delivered: str) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1, created_at=value)])
    assert payloads(connect(tmp_path, time_zone="Europe/Berlin"))[0]["created_at"] == delivered


def test_a_value_that_cannot_be_read_does_not_lose_its_row(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1, amount="a lot", is_deleted="maybe", stage_id="")])
    (payload,) = payloads(connect(tmp_path))
    assert (payload["amount"], payload["is_deleted"], payload["stage_id"]) == ("a lot", "maybe", None)


def test_a_deal_without_a_pipeline_is_told_from_an_export_without_pipelines(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1, pipeline_id="sales"), deal(2, pipeline_id="")])
    assert [payload["pipeline_id"] for payload in payloads(connect(tmp_path))] == ["sales", ""]
    write_csv(tmp_path / "deals.csv", [deal(1)])
    assert payloads(connect(tmp_path))[0]["pipeline_id"] == "default"


def test_parquet_types_become_the_text_of_a_csv(tmp_path: Path) -> None:
    table = pa.table(
        {
            "deal_id": pa.array([10**12], pa.int64()),
            "stage_id": pa.array(["Lead"]).dictionary_encode(),
            "created_at": pa.array([1_767_603_600_123_456_789], pa.timestamp("ns", "Europe/Berlin")),
            "close_date": pa.array([datetime(2026, 3, 1, 23, 30)], pa.timestamp("s")),  # noqa: DTZ001
            "amount": pa.array([0.1], pa.float64()),
            "score": pa.array([float("nan")], pa.float64()),
            "tags": pa.array([["a", "b"]], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "deals.parquet")
    (payload,) = payloads(connect(tmp_path))
    wanted = ("deal_id", "stage_id", "created_at", "close_date", "amount", "tags")
    assert [payload[name] for name in wanted] == [
        "1000000000000",
        "Lead",
        "2026-01-05T09:00:00.123456Z",
        "2026-03-01",
        "0.1",
        '["a", "b"]',
    ]
    assert "score" not in payload


NESTED = [
    deal(1, money={"value": 1200.50, "in": {"currency": "EUR"}}, **{"own.name": "x"}),
    deal(2, money={"value": 7.25, "in": {"currency": None}}, **{"own.name": ""}),
    deal(3, money=None, **{"own.name": None}),
]


@pytest.mark.parametrize("suffix", ["ndjson", "parquet"])
def test_a_dotted_name_reaches_into_nested_objects_and_is_a_name_of_its_own_first(tmp_path: Path, suffix: str) -> None:
    write = {"ndjson": write_ndjson, "parquet": write_parquet}[suffix]
    write(tmp_path / f"deals.{suffix}", NESTED)
    wanted = ["money.in.currency", "own.name", "money.nothing"]
    told = payloads(connect(tmp_path, wanted=wanted, columns={"deals": {"amount": "money.value"}}), "deals")
    assert [row["amount"] for row in told] == ["1200.5", "7.25", None]
    assert [row.get("money.in.currency") for row in told] == ["EUR", None, None]
    assert [row.get("own.name") for row in told] == ["x", None, None]
    assert all("money.nothing" not in row for row in told)


def test_a_path_that_is_wanted_later_has_the_files_read_again(tmp_path: Path) -> None:
    write_ndjson(tmp_path / "deals.ndjson", NESTED)
    before, after = (connect(tmp_path, wanted=wanted) for wanted in ([], ["money.value"]))
    assert stream(before).fields != stream(after).fields
    assert stream(connect(tmp_path, wanted=["region"])).fields == stream(before).fields
