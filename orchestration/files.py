"""Writing a file so that a reader, or the next start, sees the old one or the new one and nothing between.

Only that belongs here; what the files mean is their writers' affair.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson


def sync_to_disk(path: Path) -> None:
    """Have the operating system put a file's (or folder's) bytes on the disk before we rely on them."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step; a full disk leaves what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.write_bytes(content)
        sync_to_disk(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_to_disk(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Put a JSON document at `path` in one step, indented, for people read it too."""
    write_atomically(path, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS, default=str))
