"""Builds the project's models by the SQL that dbt compiled them to, a statement each.

dbt compiles the project once for each state of its files; a test then builds its tables several times faster than
through dbt's own runner. Nothing else of dbt is imitated: tests of contracts, descriptions, data tests and unit tests
run dbt itself, and so does every night of the end-to-end tests. test_core_marts.py compares the tables of both ways.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import yaml

Node = Mapping[str, Any]
"""One model: `name`, `path` of its file, `database`, `schema`, `relation`, `kind` (table or view), `sql`, `depends_on`,
`columns`."""


def node_of(model: Any) -> Node:
    """What building a model needs, from dbt's own compiled node."""
    columns = []
    for column in model.columns.values() if model.config.contract.enforced else ():
        barred = " not null" if any(rule.type == "not_null" for rule in column.constraints) else ""
        columns.append(f'"{column.name}" {column.data_type}{barred}')
    return {
        "name": model.name, "path": model.original_file_path,
        "database": model.database, "schema": model.schema, "relation": model.relation_name,
        "kind": model.config.materialized, "sql": model.compiled_code, "columns": columns,
        "depends_on": [name for name in model.depends_on.nodes if name.startswith("model.")],
    }  # fmt: skip


def kept(folder: Path, project: Path, make: Callable[[], dict[str, Node]]) -> dict[str, Node]:
    """All models by their unique id, as `make` gives them; kept in `folder` until a file of the project changes.

    One process at a time, so that two test processes do not compile twice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "compiling").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = folder / f"compiled-{_fingerprint(project)}.json"
        if not place.exists():
            for old in folder.glob("compiled-*.json"):
                old.unlink()
            place.write_text(json.dumps(make()), encoding="utf-8")
        return dict(json.loads(place.read_text(encoding="utf-8")))


def selected(nodes: Mapping[str, Node], words: str) -> frozenset[str]:
    """The unique ids that dbt's selection gives: `name` (or `na*`), `path:folder`, either of them after a `+` with all
    that it reads, and `one,other` for what is in both. Asking dbt itself costs a second, after the project is parsed.
    """
    return frozenset().union(
        *(frozenset.intersection(*(_named(nodes, part) for part in word.split(","))) for word in words.split())
    )


def _named(nodes: Mapping[str, Node], part: str) -> frozenset[str]:
    what = part.removeprefix("+")
    field, pattern = ("path", f"{what.removeprefix('path:')}/*") if what.startswith("path:") else ("name", what)
    last = [model for model, node in nodes.items() if fnmatchcase(node[field], pattern)]
    assert last, f"{part!r} selects no model"
    found = set(last)
    while part.startswith("+") and last:
        last = [above for model in last for above in nodes[model]["depends_on"] if above not in found]
        found.update(last)
    return frozenset(found)


def build(nodes: Mapping[str, Node], chosen: Iterable[str], build_file: Path, warehouse_file: Path) -> None:
    """Build the chosen models, by their unique ids, each after what it reads. Raises ModelFailed."""
    ids = set(chosen)
    order = TopologicalSorter({name: set(nodes[name]["depends_on"]) & ids for name in ids}).static_order()
    with duckdb.connect(str(build_file), config={"threads": 1}) as db:
        for name, value in engine_settings().items():
            db.execute(f"set {name} = '{value}'")
        db.execute(f"attach '{warehouse_file}' as warehouse (storage_version 'v1.5.0')")
        for name in order:
            for statement in _statements(nodes[name]):
                try:
                    db.execute(statement)
                except duckdb.Error as error:
                    raise ModelFailed(f"{nodes[name]['name']}: {error}") from error


class ModelFailed(AssertionError):
    """A model's SQL ended with an error; the text names the model and holds what the engine said."""


def _statements(node: Node) -> Sequence[str]:
    relation, sql = node["relation"], node["sql"]
    schema = f'create schema if not exists "{node["database"]}"."{node["schema"]}"'
    if not node["columns"]:
        return schema, f"create or replace {node['kind']} {relation} as {sql}"
    table = f"create or replace table {relation} ({', '.join(node['columns'])})"
    return schema, table, f"insert into {relation} by name {sql}"


@cache
def engine_settings() -> Mapping[str, str]:
    """The engine's settings of a night, from the project's profile."""
    profile = yaml.safe_load((Path(__file__).resolve().parents[2] / "dbt_project" / "profiles.yml").read_text("utf-8"))
    return dict(profile["plumbline"]["outputs"]["night"]["settings"])


def _fingerprint(project: Path) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())  # what a node holds is said here
    for path in sorted(project.rglob("*")):
        if path.suffix in {".sql", ".yml"} and not {"target", "logs"} & set(path.parts):
            digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:20]
