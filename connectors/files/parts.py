"""Reading one file of an export, row by row: CSV, Parquet or NDJSON into (place, {column: text or None}).

What is wrong with a file as a file (encoding, delimiter, quotes, a cut-off line) is said here, with line and fix. What
the columns mean is `rows.py`'s affair. Memory doesn't grow with the file.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.configfile import Fault
from connectors.contract import BadInput
from connectors.files.options import FilesOptions

RawRow = dict[str, str | None]
Columns = Callable[[list[str]], None]
"""Called with the columns before the first row; raises BadInput when they won't do."""

_LARGEST_FIELD = 16 * 1024 * 1024
_ROWS_AT_ONCE = 4096
_DELIMITERS = {";": ";", "\t": "\\t", "|": "|", ",": ","}


def wrong(path: Path, line: int | None, message: str, fix: str) -> BadInput:
    """The error for something wrong in an export."""
    place = path.name if line is None else f"{path.name}:{line}"
    return BadInput(f"{place}: {message}; {fix}")


def read_part(path: Path, options: FilesOptions, check: Columns) -> Iterator[tuple[int, RawRow]]:
    """The rows of `path` with their line (Parquet: row) numbers."""
    readers = {".csv": _csv_rows, ".parquet": _parquet_rows, ".ndjson": _ndjson_rows, ".jsonl": _ndjson_rows}
    return readers[path.suffix](path, options, check)


def _csv_rows(path: Path, options: FilesOptions, check: Columns) -> Iterator[tuple[int, RawRow]]:
    csv.field_size_limit(_LARGEST_FIELD)
    with path.open(encoding=_decoder(options), newline="") as file:
        reader = csv.reader(file, delimiter=options.delimiter, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header, options)
            check(header)
            for values in reader:
                if len(values) != len(header):
                    if not any(value.strip() for value in values):
                        continue  # a blank line, as many exports end with
                    raise _ragged(path, reader.line_num, len(values), len(header))
                yield reader.line_num, dict(zip(header, map(_text, values), strict=True))
        except csv.Error as error:
            fix = "check the quotes there; the file may also be cut off: export it again"
            raise wrong(path, reader.line_num, f"not readable as CSV: {error}", fix) from None
        except UnicodeError as error:
            raise _bad_encoding(path, options, error) from None


def _check_header(path: Path, header: list[str], options: FilesOptions) -> None:
    if not any(header):
        raise wrong(path, 1, "the file is empty: it has not even a header", "export it again, with column names")
    if len(header) == 1:
        others = [each for each in _DELIMITERS if each != options.delimiter and each in header[0]]
        if others:
            best = max(others, key=header[0].count)
            message = f"the columns seem to be separated by '{_DELIMITERS[best]}' and not by '{options.delimiter}'"
            raise wrong(path, 1, message, f'set `options: {{delimiter: "{_DELIMITERS[best]}"}}`')
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    if twice:
        names = ", ".join(repr(name) for name in twice)
        raise wrong(path, 1, f"the column {names} is there twice", "rename or remove one of them")


def _ragged(path: Path, line: int, got: int, expected: int) -> BadInput:
    message = f"the row has {got} column{'s' if got != 1 else ''}, the header {expected}"
    return wrong(
        path, line, message, "look for a delimiter or quote inside a value or a line cut off, and export it again"
    )


def _parquet_rows(path: Path, _: FilesOptions, check: Columns) -> Iterator[tuple[int, RawRow]]:
    try:
        with pq.ParquetFile(path) as file:
            check(file.schema_arrow.names)
            row = 0
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                columns = {name: _texts(batch.column(i)) for i, name in enumerate(batch.schema.names)}
                for i in range(batch.num_rows):
                    row += 1
                    yield row, {name: values[i] for name, values in columns.items()}
    except (pa.ArrowException, OSError) as error:
        said = str(error).splitlines()[0]
        raise wrong(path, None, f"not readable as Parquet: {said}", "export it again; it may be cut off") from None


def _texts(column: pa.Array) -> list[str | None]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)  # Python has no nanoseconds
    return [plain_text(value) for value in column.to_pylist()]


def plain_text(value: Any) -> str | None:
    """A value of any type as the text of a column, without the blanks around it; None for nothing."""
    return _text(_plain(value))


def _plain(value: Any) -> str | None:
    """A typed value as the text that a CSV would hold."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return None if value != value else f"{Decimal(repr(value)):f}"
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _ndjson_rows(path: Path, options: FilesOptions, check: Columns) -> Iterator[tuple[int, RawRow]]:
    seen: dict[str, None] = {}
    read = json.JSONDecoder(parse_float=str, parse_int=str).decode  # 1200.50 stays what was written
    with path.open(encoding=_decoder(options), newline="\n") as file:
        try:
            for line, text in enumerate(file, 1):
                if not text.strip():
                    continue
                row = _json_object(path, line, text, read)
                seen.update(dict.fromkeys(row))
                yield line, {name: plain_text(value) for name, value in row.items()}
        except UnicodeError as error:
            raise _bad_encoding(path, options, error) from None
    if seen:
        check(list(seen))  # only now are all the keys known, since writers leave out what is empty


def _json_object(path: Path, line: int, text: str, read: Callable[[str], Any]) -> dict[str, Any]:
    fix = "each line must be one whole JSON object; the file may be cut off: export it again"
    try:
        row = read(text)
    except ValueError as error:
        raise wrong(path, line, f"not readable as JSON: {error}", fix) from None
    if not isinstance(row, dict):
        raise wrong(path, line, "the line is JSON, but no object", fix)
    return row


def _text(value: str | None) -> str | None:
    """The value without the blanks around it; nothing for an empty one."""
    return (value.strip().replace("\0", "") or None) if value else None


def _decoder(options: FilesOptions) -> str:
    is_utf8 = options.encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    return "utf-8-sig" if is_utf8 else options.encoding


def _bad_encoding(path: Path, options: FilesOptions, error: UnicodeError) -> BadInput:
    fault = _first_bad_byte(path, options)
    fix = "save the file as UTF-8, or set `options: {encoding: cp1252}` (what Excel writes in Western Europe)"
    if fault.fix:
        fix = fault.fix
    return wrong(path, fault.value, fault.message or f"not readable as {options.encoding}: {error}", fix)


def _first_bad_byte(path: Path, options: FilesOptions) -> Fault:
    """Where the file stops being text in its encoding: the decoder itself only knows the place in its buffer."""
    position = 0
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return Fault("the file is UTF-16", "set `options: {encoding: utf-16}`", value=1)
        file.seek(0)
        for line, content in enumerate(file, 1):
            try:
                content.decode(options.encoding)
            except UnicodeDecodeError as error:
                byte, at = content[error.start], position + error.start
                return Fault(f"byte 0x{byte:02x} at position {at} is not {options.encoding.upper()}", value=line)
            position += len(content)
    return Fault("")
