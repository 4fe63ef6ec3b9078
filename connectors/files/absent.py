"""Which wanted fields an export has no column for: that nothing is in them proves nothing.

Reading rows is rows.py's; that an object has no file at all is told by the streams.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from connectors.files.columns import OBJECTS, STANDARD_FIELDS
from connectors.files.finding import Parts
from connectors.files.options import FilesOptions
from connectors.files.parts import read_part
from connectors.files.rows import WITH_HEADER, RowShaper

ALWAYS = ("amount", "close_date")
"""What every deal's upkeep is judged by, whether the process names it or not."""
_OURS = {field: column for column, field in STANDARD_FIELDS.items()}
_BELIEVED = frozenset({"deal_type", "pipeline"})
"""What connections.yml tells where an export doesn't."""


def absent_fields(deals: Parts, changes: Parts | None, wanted: Iterable[str], options: FilesOptions) -> list[str]:
    """Fields of deals, by the export's names, that neither a column nor a change tells of. Raises BadInput."""
    fields = dict.fromkeys(_OURS.get(name, name) for name in (*ALWAYS, *wanted) if name not in _BELIEVED)
    columns_of = {path: _columns(deals.object, path, options, fields) for path in deals.files}
    absent = [name for name in fields if not _is_told(name, columns_of)]
    if not absent or changes is None:
        return absent
    named = _changed_fields(changes, options)
    return [name for name in absent if name not in named]


def absence(absent: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """What to say, if anything, of those that the process names."""
    named = {_OURS.get(name, name) for name in wanted}
    names = [name for name in absent if name in named]
    columns = "columns" if len(names) > 1 else "column"
    told = f"the export has no {columns} {', '.join(names)}; what rests on it stays unknown. To mend it, export the "
    return [f"{told}field, or correct `fields` in connections.yml"] if names else []


def _is_told(name: str, columns_of: Mapping[Path, set[str]]) -> bool:
    """Every part with a header has the column; of the others, whose writers leave out what is empty, one row has."""
    headed = [columns for path, columns in columns_of.items() if path.suffix in WITH_HEADER]
    plain = [columns for path, columns in columns_of.items() if path.suffix not in WITH_HEADER]
    return all(name in columns for columns in headed) and (not plain or any(name in columns for columns in plain))


def _columns(name: str, path: Path, options: FilesOptions, wanted: Iterable[str]) -> set[str]:
    """The columns of a file, by our names where they are documented ones, and the wanted paths that lie within one."""
    shaper = RowShaper(OBJECTS[name], options, wanted)
    found: list[str] = []

    def look(columns: list[str]) -> None:
        shaper.check_columns(path, columns)
        found.extend(shaper.ours.get(column, column) for column in columns)

    nested: set[str] = set()
    for _, raw in read_part(path, options, look):
        nested.update(shaper.nested(raw))
        # Without a header the columns are known at the end only; a path is known by the first row that has it.
        if found and nested.issuperset(shaper.paths):
            break
    return {*found, *(shaper.ours.get(theirs, theirs) for theirs in nested)}


def _changed_fields(changes: Parts, options: FilesOptions) -> set[str]:
    shaper = RowShaper(OBJECTS[changes.object], options)
    column = shaper.renames.get("field", "field")
    return {value for path in changes.files for value in _values(path, column, options)}


def _values(path: Path, column: str, options: FilesOptions) -> Iterator[str]:
    for _, row in read_part(path, options, lambda _columns: None):
        if value := row.get(column):
            yield value
