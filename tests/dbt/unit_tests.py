"""Runs the models' own unit tests, as YAML tells them, on the SQL that dbt compiled the models to.

dbt takes half a second for each, much of it for some macros a cell of its rows; this takes a tenth of that. Whether dbt
comes to the same is asked in test_compliance_units.py. What a unit test may say and this does not understand fails.

    tests = declared("compliance")
    with opened(empty) as db:
        told = difference(db, tests["int_moves: a_slip"])   # None, or what came out and what was expected
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

import duckdb
import yaml

from tests.dbt import compiled
from tests.dbt.harness import PROJECT, Warehouse, compiled_models

_INPUT = re.compile(r"(?:ref\('(\w+)'\)|source\('(\w+)', '(\w+)'\))")
_RELATION = re.compile(r'"(?:build|warehouse)"\."\w+"\."\w+"')

Rows = Sequence[Mapping[str, Any]] | str
"""Rows of a table, or the SQL that gives them."""


@dataclass(frozen=True)
class UnitTest:
    """A model, what its inputs hold (as the test names them) and the rows that must come out."""

    model: str
    given: Mapping[str, Rows]
    expected: Rows


def declared(*folders: str) -> dict[str, UnitTest]:
    """The unit tests of the folders of models, as `model: name`; without those that set a variable, which need dbt."""
    found = {}
    for path in (path for folder in folders for path in (PROJECT / "models" / folder).rglob("*unit_tests.yml")):
        for told in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["unit_tests"]:
            odd = set(told) - {"name", "description", "model", "given", "expect", "overrides"}
            assert not odd, f"{path.name}: {told['name']} says {sorted(odd)}, which only dbt understands"
            if "overrides" not in told:
                given = {one["input"]: one["rows"] for one in told["given"]}
                found[f"{told['model']}: {told['name']}"] = UnitTest(told["model"], given, told["expect"]["rows"])
    return found


def _relation(said: str) -> str:
    match = _INPUT.fullmatch(said)
    assert match, f"{said!r} names no model and no source"
    model, source, table = match.groups()
    if source:
        return f'"build"."{source}"."{table}"'
    return str(model_of(model)["relation"])


def model_of(name: str) -> compiled.Node:
    """A model as dbt compiled it."""
    return next(node for node in compiled_models().values() if node["name"] == name)


@contextmanager
def opened(empty: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty world, whose tables are built, for reading; opening it takes longer than a unit test."""
    with empty._open(read_only=True) as db:
        for name, value in compiled.engine_settings().items():
            db.execute(f"set {name} = '{value}'")
        yield db


def difference(db: duckdb.DuckDBPyConnection, test: UnitTest, broken: tuple[str, str] | None = None) -> str | None:
    """None when the model gives the expected rows, else both; `broken` changes words of its SQL into others first."""
    sql = str(model_of(test.model)["sql"])
    if broken:
        sql = sql.replace(*broken)
    for number, (said, rows) in enumerate(test.given.items()):
        relation = _relation(said)
        _fill(db, f"input_{number}", f"select * from {relation}", rows)
        sql = sql.replace(relation, f"input_{number}")
    missing = set(_RELATION.findall(sql))
    assert not missing, f"a unit test of {test.model} gives no {sorted(missing)}"
    columns = "*" if not test.expected or isinstance(test.expected, str) else ", ".join(test.expected[0])
    db.execute(f"create or replace temp table actual as select {columns} from ({sql})")
    _fill(db, "expected", "select * from actual", test.expected)
    found, asked = (db.execute(f"select * from {name} order by all").fetchall() for name in ("actual", "expected"))
    return None if found == asked else f"{test.model} gives\n{_lines(found)}\nand not\n{_lines(asked)}"


def _fill(db: duckdb.DuckDBPyConnection, name: str, like: str, rows: Rows) -> None:
    """A table with the columns of the query `like`; what a row does not say is null there."""
    db.execute(f"create or replace temp table {name} as {like} limit 0")
    if isinstance(rows, str):
        db.execute(f"insert into {name} by name {rows}")
        return
    for columns, alike in groupby(rows, key=tuple):
        values = [list(row.values()) for row in alike]
        places = ", ".join(f"({', '.join('?' * len(columns))})" for _ in values)
        db.execute(f"insert into {name} ({', '.join(columns)}) values {places}", list(chain.from_iterable(values)))


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    return "\n".join(f"  {' | '.join(str(value) for value in row)}" for row in rows) or "  no rows"
