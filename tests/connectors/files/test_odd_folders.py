"""Folders of exports in which something is missing, misnamed, empty, or changes while it is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.contract import BadAnswer, BadInput
from connectors.files import connector as connector_module
from connectors.files.__main__ import main
from tests.connectors.files.exports import connect, deal, pages, records, stream, write_csv, write_ndjson


def two_formats(folder: Path) -> None:
    write_csv(folder / "deals.csv", [deal(1)])
    write_ndjson(folder / "deals.ndjson", [deal(1)])


def misnamed(folder: Path) -> None:
    write_csv(folder / "deals.csv", [deal(1)])
    write_csv(folder / "activity.csv", [deal(1)])


def without_deals(folder: Path) -> None:
    write_csv(folder / "owners.csv", [{"owner_id": 1}])


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (two_formats, "{folder}: deals.csv and deals.ndjson are both exports of deals; keep one of them"),
        (misnamed, "{folder}/activity.csv: no export has this name; did you mean 'activities'? (else move it away)"),
        (
            without_deals,
            (
                "{folder}: there is no export of deals; "
                "name the file deals.csv, deals.parquet, deals.ndjson, or put parts into deals/"
            ),
        ),
    ],
)
def test_a_wrong_folder(tmp_path: Path, prepare: Callable[[Path], None], message: str) -> None:
    prepare(tmp_path)
    with pytest.raises(BadInput) as caught:
        connect(tmp_path).streams()
    assert str(caught.value) == message.format(folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("activities.xlsx", "a workbook can't be read; save its sheet as activities.csv (CSV UTF-8)"),
        ("contacts.csv.gz", "a packed file can't be read; unpack it to contacts.csv"),
        (
            "documents.TSV",
            (
                "a file of this name can't be read; name it documents.csv, "
                'and set `options: {delimiter: "\\t"}` if tabs separate its columns'
            ),
        ),
        ("stage_changes.CSV", "no export has this name; did you mean 'stage_changes.csv'?"),
    ],
)
def test_an_export_that_lies_there_and_can_not_be_read_is_not_taken_for_absent(
    tmp_path: Path, name: str, message: str
) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1)])
    (tmp_path / name).write_bytes(b"PK")
    (tmp_path / "notes.xlsx").write_bytes(b"PK")  # whatever else somebody keeps there
    with pytest.raises(BadInput) as caught:
        connect(tmp_path).streams()
    assert str(caught.value) == f"{tmp_path / name}: {message}"


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"exports does not exist; correct `path` in connections\.yml"):
        connect(tmp_path / "exports").streams()


def test_files_that_are_unrelated_do_not_disturb(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1)])
    (tmp_path / "README.txt").write_text("x")
    (tmp_path / "budget_2026.csv").write_text("x")
    assert [each.name for each in connect(tmp_path).streams()] == ["deals"]


def test_an_export_without_rows_is_read_and_counted(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("deal_id,stage_id,created_at\n")
    connector = connect(tmp_path)
    assert records(connector) == []
    assert connector.count(stream(connector)) == 0


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector_module, "PAGE_ROWS", 1)
    write_csv(tmp_path / "deals.csv", [deal(1), deal(2)])
    connector = connect(tmp_path)
    reading = connector.pages(stream(connector), position={}, synced_to=None)
    next(reading)
    write_csv(tmp_path / "deals.csv", [deal(1), deal(2), deal(3)])
    with pytest.raises(BadAnswer, match=r"deals changed while it was read; the next sync reads it again"):
        list(reading)


def test_an_export_that_goes_away(tmp_path: Path) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1)])
    write_csv(tmp_path / "owners.csv", [{"owner_id": 1}])
    connector = connect(tmp_path)
    owners = stream(connector, "owners")
    (tmp_path / "owners.csv").unlink()
    with pytest.raises(BadInput, match="the export of owners is no longer there; put it back or sync again"):
        list(connector.pages(owners, position={}, synced_to=None))
    assert len(pages(connector)) == 2


def test_the_probe_tells_what_is_there_and_what_cannot_be_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_csv(tmp_path / "deals.csv", [deal(1), deal(2)], delimiter=";")
    moves = [{"deal_id": 1, "stage_id": "Lead", "entered_at": "2026-01-05T09:00:00Z", "actor": 5}]
    write_csv(tmp_path / "stage_changes.csv", moves, delimiter=";")
    assert main(["--probe", str(tmp_path), "--delimiter", ";"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "deals: deals.csv, 2 rows, columns deal_id, stage_id, created_at",
        "stage_changes: stage_changes.csv, 1 rows, columns deal_id, stage_id, entered_at, actor",
        "  'actor' is no column of stage_changes and is not read; did you mean 'actor_id'?",
        "field_changes: absent; values are known as of today only: steps that need the time of a change are unknown",
        "activities: absent; steps proven by meetings, calls or e-mails are unknown",
        "contacts: absent; steps proven by contacts are unknown",
        "documents: absent; steps proven by offers or documents are unknown",
    ]
    assert main(["--probe", str(tmp_path / "nowhere")]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert main(["--probe", str(tmp_path), "--encoding", "utf-88"]) == 2
    assert capsys.readouterr().err == "--encoding: 'utf-88' is not an encoding; write one like utf-8 or cp1252\n"
