"""A row of an export becomes a record with the documented columns: names, times and numbers in one form, and an id.

A value that can't be read stays as it is, for staging to reject by name. A file whose columns can't be an export of
its object is refused here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

import orjson

from connectors.configfile import did_you_mean
from connectors.contract import Record
from connectors.files.columns import DATES, DEFAULT_PIPELINE, FLAGS, NUMBERS, TIMES, WRITTEN_FIELDS, ExportObject
from connectors.files.options import FilesOptions
from connectors.files.parts import RawRow, plain_text, read_part, wrong
from connectors.files.stock_exports import Recognised, recognise
from connectors.files.times import date_reader, time_reader
from connectors.paths import ABSENT, at_path, heads

WITH_HEADER = (".csv", ".parquet")
"""Files whose columns are known before their first row."""

_decode = json.JSONDecoder(parse_float=str, parse_int=str).decode
_TRUE = {"true", "t", "yes", "y", "1"}
_FALSE = {"false", "f", "no", "n", "0"}


class RowShaper:
    """Knows one object's columns and the connection's names for them."""

    def __init__(
        self,
        one: ExportObject,
        options: FilesOptions,
        wanted: Iterable[str] = (),
        written_like: Mapping[str, str] = WRITTEN_FIELDS,
    ) -> None:
        """`wanted` are names of further columns, of which dotted ones may lie within another column's objects;
        `written_like` are fields by the export's name with the column whose form their values have.
        """
        self.one = one
        self.options = options
        self._wanted_paths = tuple(name for name in wanted if "." in name) if one.further else ()
        self.stock: Recognised | None = None
        self._rename(options.columns.get(one.name, {}))
        self._empty: dict[str, str | None] = dict.fromkeys(one.columns)
        if "pipeline_id" in self._empty:
            self._empty["pipeline_id"] = DEFAULT_PIPELINE
        self._convert = _converters(options)
        self._convert_field = {
            field: self._convert[column] for field, column in written_like.items() if column in self._convert
        }

    def records(self, path: Path) -> Iterator[tuple[int, Record]]:
        """The records of one file, with the line (Parquet: row) each stands on."""
        for line, raw in read_part(path, self.options, lambda columns: self.check_columns(path, columns)):
            if any(raw.values()):
                yield line, self._record(path, line, raw)

    def check_columns(self, path: Path, columns: list[str]) -> None:
        """Raise BadInput when a column that is required, or that the options name, isn't in the file.

        What the options say goes first; without them a CRM's own export is recognised by its columns.
        """
        if self.one.name == "deals" and "deals" not in self.options.columns and path.suffix in WITH_HEADER:
            self.stock = recognise(columns)
            self._rename(self.stock.renames if self.stock else {})
        missing = [ours for ours in self.one.required if not _is_there(self.renames.get(ours, ours), columns)]
        missing += [
            ours for ours, theirs in self.renames.items() if not _is_there(theirs, columns) and ours not in missing
        ]
        if not missing:
            return
        spare = [column for column in columns if column not in self.ours]
        said = []
        for ours in missing:
            theirs = self.renames.get(ours, ours)
            where = f" (options.columns.{self.one.name}.{ours})" if ours in self.renames else self._by_the_crm(ours)
            guess = did_you_mean(theirs, spare)
            said.append(f"{theirs!r}{where}" + (f" ({guess})" if guess.startswith("did") else ""))
        message = (
            f"the column{'s' if len(said) > 1 else ''} {', '.join(said)} {'are' if len(said) > 1 else 'is'} missing"
        )
        fix = f"rename it in the export or by `options: {{columns: {{{self.one.name}: {{{missing[0]}: …}}}}}}`"
        raise wrong(path, None, f"{message} (there: {', '.join(columns)})", fix)

    def unused(self, columns: list[str]) -> list[str]:
        """Columns of a file that are neither documented nor delivered."""
        used = {*self.ours, *(head for path in self.paths for head, _ in heads(path))}
        return [] if self.one.further else [column for column in columns if column not in used]

    def nested(self, raw: RawRow) -> RawRow:
        """What a row holds at the dotted names that are no columns of it."""
        return {path: value for path in self.paths if path not in raw and (value := _value_at(raw, path)) is not None}

    def _record(self, path: Path, line: int, raw: RawRow) -> Record:
        row = dict(self._empty)
        for theirs, value in {**raw, **self.nested(raw)}.items() if self.paths else raw.items():
            ours = self.ours.get(theirs)
            if value is None:
                if ours == "pipeline_id" and self.one.name == "deals":
                    row[ours] = ""  # the export has pipelines and this deal has none, which is a finding
            elif ours is not None:
                convert = self._convert.get(ours)
                row[ours] = convert(value) if convert else value
            elif self.one.further and theirs not in self._empty:
                read = self._convert_field.get(theirs)
                row[theirs] = read(value) if read else value
        if self.one.name == "field_changes":
            self._read_value(row)
        if self.stock:
            self.stock.finish(row, raw)
        payload = orjson.dumps(row)
        return Record(self._id(path, line, row, payload), payload.decode(), is_deleted=row.get("is_deleted") == "true")

    def _read_value(self, row: dict[str, str | None]) -> None:
        """What a field was set to is written as in its own column."""
        read = self._convert_field.get(row["field"] or "")
        if read and row["value"] is not None:
            row["value"] = read(row["value"])

    def _rename(self, renames: Mapping[str, str]) -> None:
        self.renames = renames
        self.ours = {renames.get(column, column): column for column in self.one.columns}
        self.paths = (*(theirs for theirs in renames.values() if "." in theirs), *self._wanted_paths)

    def _by_the_crm(self, ours: str) -> str:
        """What the CRM calls the column, where the file is a CRM's own export."""
        names = self.stock.export.columns.get(ours) if self.stock else None
        return f" ({names[0]!r} in an export of {self.stock.export.crm})" if names and self.stock else ""

    def _id(self, path: Path, line: int, row: dict[str, str | None], payload: bytes) -> str:
        values = [row[column] for column in self.one.key]
        if values and all(values):
            return ":".join(value for value in values if value)
        if self.one.must_have_key:
            empty = next(column for column in self.one.key if not row[column])
            fix = "fill it in, or remove the row (a line of totals perhaps)"
            raise wrong(path, line, f"{self.renames.get(empty, empty)!r} is empty, so the row has no name", fix)
        return hashlib.blake2b(payload, digest_size=12).hexdigest()


def _is_there(name: str, columns: Collection[str]) -> bool:
    """Whether it is a column, or may lie within one."""
    return name in columns or any(head in columns for head, _ in heads(name))


def _value_at(raw: RawRow, path: str) -> str | None:
    """The value at a dotted path: the columns that it may begin with are texts of JSON objects."""
    for head, rest in heads(path):
        text = raw.get(head)
        if text is None or not text.startswith("{"):
            continue
        try:
            thing = _decode(text)
        except ValueError:
            continue  # a text that only looks like one
        found = at_path(thing, rest)
        if found is not ABSENT:
            return plain_text(found)
    return None


def _converters(options: FilesOptions) -> dict[str, Callable[[str], str]]:
    found: dict[str, Callable[[str], str]] = dict.fromkeys(TIMES, time_reader(options))
    found |= dict.fromkeys(DATES, date_reader(options))
    found |= dict.fromkeys(FLAGS, _flag)
    if options.decimal_comma:
        found |= dict.fromkeys(NUMBERS, _number_with_comma)
    return found


def _flag(text: str) -> str:
    word = text.lower()
    return "true" if word in _TRUE else "false" if word in _FALSE else text


def _number_with_comma(text: str) -> str:
    if re.fullmatch(r"-?(\d+|\d{1,3}([. ]\d{3})+)(,\d+)?", text):
        return text.replace(".", "").replace(" ", "").replace(",", ".")
    return text
