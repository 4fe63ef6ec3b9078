"""dbt's reading of the project, kept once for all workspaces of a user: making it takes longer than reading small CRMs.

Only keeping it and finding it again belongs here; what makes two readings the same is the caller's key. A reading that
is missing, damaged or can't be written costs the time to make it, and nothing else.
"""

from __future__ import annotations

import logging
import os
import zipfile
import zlib
from pathlib import Path

FILES = ("manifest.json", "partial_parse.msgpack")
"""What Dagster reads of it, and what dbt does. dbt holds the second against the project again whenever it runs."""

KEPT = 8
"""So many readings, the youngest: a release has one, and so has each state of the models that a developer tries."""

_log = logging.getLogger(__name__)


def take(key: str, target: Path) -> bool:
    """Put the kept reading into dbt's target folder; False when there is none that is whole."""
    place = _place(key)
    if place is None or not place.exists():
        return False
    try:
        with zipfile.ZipFile(place) as kept:
            texts = {name: kept.read(name) for name in FILES}  # each is held against its checksum
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        _log.warning("dbt reads the project anew, since %s can't be used: %s", place, error)
        return False
    for name, text in texts.items():
        (target / name).write_bytes(text)
    return True


def keep(key: str, target: Path) -> None:
    """Keep what dbt has put into its target folder. Whoever looks meanwhile sees a whole reading or none."""
    place = _place(key)
    if place is None:
        return
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept:
            for name in FILES:
                kept.write(target / name, name)
        draft.replace(place)
        for old in sorted(place.parent.glob("parsed-*.zip"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:  # a home that is read-only or full; the workspace has its reading all the same
        _log.warning("Other workspaces will read the dbt project anew, since %s can't be written: %s", place, error)


def _place(key: str) -> Path | None:
    """Where a user's programs keep what they can make again; nowhere for a user without a home."""
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not chosen.is_absolute():  # as the standard wants it
        try:
            chosen = Path("~/.cache").expanduser()
        except RuntimeError:
            return None
    return chosen / "plumbline" / f"parsed-{key}.zip"
