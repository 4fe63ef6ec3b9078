"""What is wrong with an export ends in one sentence that names file, line, value and fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.contract import BadInput
from tests.connectors.files.exports import connect, deal, records, stream, write_csv, write_parquet

HEADER = "deal_id,stage_id,created_at\n"
AT = "2026-01-05T09:00:00Z"


def refusal(folder: Path, name: str = "deals", **options: object) -> str:
    with pytest.raises(BadInput) as caught:
        records(connect(folder, **options), name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "dealid,stage_id,createdate,amount\n1,Lead,x,5\n",
            (
                "deals.csv: the columns 'deal_id' (did you mean 'dealid'?), 'created_at' (did you mean 'createdate'?) "
                "are missing (there: dealid, stage_id, createdate, amount); rename it in the export or by "
                "`options: {columns: {deals: {deal_id: …}}}`"
            ),
        ),
        (
            "deal_id;stage_id;created_at\n1;Lead;x\n",
            "deals.csv:1: the columns seem to be separated by ';' and not by ','; set `options: {delimiter: \";\"}`",
        ),
        (
            "deal_id\tstage_id\tcreated_at\n1\tLead\tx\n",
            (
                "deals.csv:1: the columns seem to be separated by '\\t' and not by ','; "
                'set `options: {delimiter: "\\t"}`'
            ),
        ),
        ("", "deals.csv:1: the file is empty: it has not even a header; export it again, with column names"),
        (
            "deal_id,stage_id,created_at,stage_id\n",
            "deals.csv:1: the column 'stage_id' is there twice; rename or remove one of them",
        ),
        (
            f"{HEADER}1,Lead,{AT}\n2,Lead, the new,{AT}\n",
            (
                "deals.csv:3: the row has 4 columns, the header 3; "
                "look for a delimiter or quote inside a value or a line cut off, and export it again"
            ),
        ),
        (
            f"{HEADER}1,Lead,{AT}\n2",
            (
                "deals.csv:3: the row has 1 column, the header 3; "
                "look for a delimiter or quote inside a value or a line cut off, and export it again"
            ),
        ),
        (
            f'{HEADER}1,"Lead,{AT}\n2,Lead,{AT}\n',
            (
                "deals.csv:3: not readable as CSV: unexpected end of data; "
                "check the quotes there; the file may also be cut off: export it again"
            ),
        ),
        (
            f"{HEADER}1,Lead,{AT}\n\n,Total,{AT}\n",
            (
                "deals.csv:4: 'deal_id' is empty, so the row has no name; "
                "fill it in, or remove the row (a line of totals perhaps)"
            ),
        ),
        (
            f"{HEADER}1,Lead,{AT}\n2,Lead,{AT}\n1,Demo,{AT}\n3,a,b\n3,b,c\n",
            (
                "deals.csv:4: deals '1' is there twice with different content (lines 2 and 4; 2 such in the file); "
                "export one row for each"
            ),
        ),
    ],
)
def test_a_wrong_csv(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "deals.csv").write_text(content)
    assert refusal(tmp_path) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            f"{HEADER}1,Lead,{AT}\n2,Büro,{AT}\n".encode("cp1252"),
            (
                "deals.csv:3: byte 0xfc at position 59 is not UTF-8; save the file as UTF-8, "
                "or set `options: {encoding: cp1252}` (what Excel writes in Western Europe)"
            ),
        ),
        (
            f"{HEADER}1,Lead,{AT}\n".encode("utf-16"),
            "deals.csv:1: the file is UTF-16; set `options: {encoding: utf-16}`",
        ),
    ],
)
def test_a_wrong_encoding(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "deals.csv").write_bytes(content)
    assert refusal(tmp_path) == message


def test_the_encodings_that_the_fix_names_work(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        (tmp_path / "deals.csv").write_bytes(f"{HEADER}1,Büro,{AT}\n".encode(encoding))
        option = "utf-8" if encoding == "utf-8-sig" else encoding
        assert '"stage_id":"Büro"' in records(connect(tmp_path, encoding=option))[0].payload


def test_an_encoding_is_checked_far_into_the_file(tmp_path: Path) -> None:
    rows = "".join(f"{n},Lead,{AT}\n" for n in range(20_000))
    (tmp_path / "deals.csv").write_bytes((HEADER + rows).encode() + b"x\xff,Lead,\n")
    assert refusal(tmp_path).startswith("deals.csv:20002: byte 0xff at position ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            f'{{"deal_id": 1, "stage_id": "Lead", "created_at": "{AT}"}}\n{{"deal_id": 2, "sta',
            (
                "deals.ndjson:2: not readable as JSON: Unterminated string starting at: line 1 column 16 (char 15); "
                "each line must be one whole JSON object; the file may be cut off: export it again"
            ),
        ),
        (
            "[1, 2]\n",
            (
                "deals.ndjson:1: the line is JSON, but no object; "
                "each line must be one whole JSON object; the file may be cut off: export it again"
            ),
        ),
        (
            '{"deal_id": 1, "stage": "Lead", "created_at": "x"}\n{"deal_id": 2}\n',
            (
                "deals.ndjson: the column 'stage_id' (did you mean 'stage'?) is missing "
                "(there: deal_id, stage, created_at); rename it in the export or by "
                "`options: {columns: {deals: {stage_id: …}}}`"
            ),
        ),
    ],
)
def test_a_wrong_ndjson(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "deals.ndjson").write_text(content)
    assert refusal(tmp_path) == message


def test_a_wrong_parquet(tmp_path: Path) -> None:
    write_parquet(tmp_path / "deals.parquet", [deal(n) for n in range(100)])
    whole = (tmp_path / "deals.parquet").read_bytes()
    (tmp_path / "deals.parquet").write_bytes(whole[: len(whole) // 2])
    message = refusal(tmp_path)
    assert message.startswith("deals.parquet: not readable as Parquet: ")
    assert message.endswith("; export it again; it may be cut off")


def test_a_renamed_column_must_be_there(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1, **{"Deal Value": 5})])
    assert refusal(tmp_path, columns={"deals": {"amount": "Deal - Value"}}) == (
        "deals.csv: the column 'Deal - Value' (options.columns.deals.amount) (did you mean 'Deal Value'?) is missing "
        "(there: deal_id, stage_id, created_at, Deal Value); rename it in the export or by "
        "`options: {columns: {deals: {amount: …}}}`"
    )


def test_the_same_row_twice_is_one_row(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1), deal(2), deal(1)])
    connector = connect(tmp_path)
    assert len(records(connector)) == 3
    assert connector.count(stream(connector)) == 2
