"""The documentation of exports says what is true: its table is the code's, and its examples are valid."""

from __future__ import annotations

import re
from pathlib import Path

from connectors import files
from connectors.files.columns import OBJECTS
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
