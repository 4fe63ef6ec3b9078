"""The documentation of exports says what is true: its table is the code's, and its examples are valid."""

from __future__ import annotations

import re
from pathlib import Path

from connectors import files
from connectors.files.columns import OBJECTS
from connectors.files.stock_exports import STOCK_EXPORTS
from connectors.settings import load_connections

TEXT = (Path(files.__file__).parent / "README.md").read_text()


def test_the_table_lists_every_column_and_which_are_required() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (.*?)(?:; any further.*)? \|$", TEXT, re.M))
    assert list(told) == list(OBJECTS)
    for name, columns in told.items():
        words = columns.split(", ")
        assert {word.strip("*") for word in words} == set(OBJECTS[name].columns)
        assert {word.strip("*") for word in words if word.startswith("**")} == set(OBJECTS[name].required)


def test_the_examples_are_valid(tmp_path: Path) -> None:
    examples = re.findall(r"(?s)```yaml\n(.*?)```", TEXT)
    indented = "".join(f"  {line}\n" for example in examples for line in example.splitlines())
    (tmp_path / "connections.yml").write_text(f"connections:\n{indented}")
    loaded = load_connections(tmp_path / "connections.yml")
    assert loaded["bank"].options["amount"] == "AMOUNT_REQ"
    assert loaded["other_crm"].options["delimiter"] == ";"


def test_every_name_of_a_stock_export_stands_in_its_table() -> None:
    heading, _, *lines = [line[1:-1].split("|") for line in TEXT.splitlines() if line.count("|") == 6]
    crms = [cell.partition("(")[0].strip() for cell in heading[1:]]
    told = {
        (line[0].strip(" *"), crm): set(re.split(r"[;,] ", cell.strip()))
        for line in lines
        for crm, cell in zip(crms, line[1:], strict=True)
        if cell.strip()
    }
    read = {(ours, export.crm): set(names) for export in STOCK_EXPORTS for ours, names in export.columns.items()}
    assert told == read
