"""Finding an export's files, and telling whether they changed. What is in them is read elsewhere."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.configfile import did_you_mean
from connectors.contract import BadInput
from connectors.files.columns import OBJECTS

SUFFIXES = (".csv", ".parquet", ".ndjson", ".jsonl")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
PACKED = (".gz", ".zip", ".bz2", ".zst", ".7z")
_CLOCK_GRAIN = timedelta(seconds=2)  # the coarsest file system stores times to 2 s


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of one object, in the order of their names; `watched` are the paths whose change matters."""

    object: str
    files: tuple[Path, ...]
    watched: tuple[Path, ...]

    def signature(self) -> str:
        """Tells one state of the files from another. Raises BadInput when one has gone."""
        seen = []
        for path in self.files:
            stat = _stat(path)
            seen.append(f"{path.name}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ino}")
        return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]

    def unchanged_since(self, moment: datetime) -> bool:
        """Whether nothing was written, replaced, added or removed since then.

        A copied file may keep an old modification time, but its status change time is that of the copying.
        """
        newest = max(max(stat.st_mtime, stat.st_ctime) for stat in map(_stat, self.watched))
        return datetime.fromtimestamp(newest, UTC) + _CLOCK_GRAIN < moment

    def size(self) -> int:
        """Bytes of all files."""
        return sum(_stat(path).st_size for path in self.files)


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}; leave an export alone while it is read") from None


def is_event_log(path: Path) -> bool:
    """Whether `path` names an XES log rather than a folder of exports."""
    return path.name.endswith((".xes", ".xes.gz"))


def find_parts(folder: Path) -> dict[str, Parts]:
    """The objects that `folder` has exports of. Raises BadInput when it can't be an export."""
    if not folder.is_dir():
        what = "is no folder and no .xes or .xes.gz log" if folder.exists() else "does not exist"
        raise BadInput(f"{folder} {what}; correct `path` in connections.yml or put the exports there")
    found = {name: parts for name in OBJECTS if (parts := _parts_of(folder, name))}
    _refuse_misnamed(folder, found)
    _refuse_unreadable(folder, found)
    if "deals" not in found:
        names = ", ".join(f"deals{suffix}" for suffix in SUFFIXES[:3])
        raise BadInput(f"{folder}: there is no export of deals; name the file {names}, or put parts into deals/")
    return found


def _parts_of(folder: Path, name: str) -> Parts | None:
    files = [path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()]
    inside = folder / name
    parts = sorted(path for path in inside.iterdir() if _is_part(path)) if inside.is_dir() else []
    if len(files) + bool(parts) > 1:
        names = " and ".join([path.name for path in files] + ([f"{name}/"] if parts else []))
        raise BadInput(f"{folder}: {names} are both exports of {name}; keep one of them")
    if parts:
        return Parts(name, tuple(parts), (inside, *parts))
    return Parts(name, tuple(files), tuple(files)) if files else None


def _is_part(path: Path) -> bool:
    return path.suffix in SUFFIXES and not path.name.startswith((".", "_", "~")) and path.is_file()


def _refuse_misnamed(folder: Path, found: dict[str, Parts]) -> None:
    absent = set(OBJECTS) - set(found)
    for path in sorted(folder.iterdir()):
        looks_like_export = path.is_dir() or path.suffix in SUFFIXES
        guess = did_you_mean(path.stem, absent) if looks_like_export and path.stem not in OBJECTS else ""
        if guess.startswith("did"):
            raise BadInput(f"{path}: no export has this name; {guess} (else move it away)")


def _refuse_unreadable(folder: Path, found: dict[str, Parts]) -> None:
    """An export that lies there and can't be read is a mistake, and not an object that is absent."""
    for path in sorted(folder.iterdir()):
        name, _, ending = path.name.casefold().partition(".")
        if name in found or name not in OBJECTS or not path.is_file():
            continue
        last = path.suffix.casefold()
        if last in WORKBOOKS:
            raise BadInput(f"{path}: a workbook can't be read; save its sheet as {name}.csv (CSV UTF-8)")
        if last in PACKED:
            raise BadInput(f"{path}: a packed file can't be read; unpack it to {name}.csv")
        if last in (".tsv", ".txt"):
            fix = 'and set `options: {delimiter: "\\t"}` if tabs separate its columns'
            raise BadInput(f"{path}: a file of this name can't be read; name it {name}.csv, {fix}")
        if f".{ending}" in SUFFIXES:
            raise BadInput(f"{path}: no export has this name; did you mean {f'{name}.{ending}'!r}?")
