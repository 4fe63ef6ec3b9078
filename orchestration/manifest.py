"""The description of a night, from which its warehouse can be built again: the manifest, and a night's record.

Only keeping them belongs here. A manifest is written before anything is built and never changed; what became of the
night is its *record*, a second file beside it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.files import write_json

FORMAT = 1
CONFIG_FILES = ("plumbline.yml", "connections.yml", "process.yml")
TEAMS_FILE = "teams.csv"
WAIVERS_FILE = "waivers.csv"
TARGETS_FILE = "targets.csv"
OPTIONAL_FILES = (TEAMS_FILE, WAIVERS_FILE, TARGETS_FILE)
"""None of the three needs to be there."""


class NoSuchNight(Exception):
    """No manifest of that name; the text lists what there is."""


@dataclass(frozen=True, slots=True)
class ConnectionReading:
    """Up to where one connection's lake is read, and the time at which its deals are judged."""

    connection: str
    crm: str
    state: str
    watermark: int | None
    judged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a night's warehouse is a function of, besides the lake. `outcomes` tell how each sync went.

    Of the ledger it has read what was published before `ledger_read_at`, up to the night `ledger_read_to`.
    """

    night_id: str
    as_of: datetime
    readings: tuple[ConnectionReading, ...]
    outcomes: tuple[dict[str, Any], ...] = ()
    config_hashes: dict[str, str] = field(default_factory=dict)
    reviews_read_to: int = 0
    ledger_read_to: str = ""
    code_version: str = ""
    format: int = FORMAT
    ledger_read_at: datetime | None = None


def new_night_id(as_of: datetime, run_id: str) -> str:
    """Names sort by the time they are as of; the run's first letters keep two nights of one second apart."""
    return f"{as_of.astimezone(UTC):%Y%m%dT%H%M%S}-{run_id.replace('-', '')[:8]}"


def code_version() -> str:
    """Which Plumbline builds the night."""
    return importlib.metadata.version("plumbline")


def night_folder(ledger: Path, night_id: str) -> Path:
    """Where manifest, configuration copies and record of a night are."""
    return ledger / "nights" / night_id


def hash_config(home: Path) -> dict[str, str]:
    """SHA-256 of each configuration file (and of the optional ones that are there)."""
    names = [*CONFIG_FILES, *OPTIONAL_FILES]
    return {n: hashlib.sha256((home / n).read_bytes()).hexdigest() for n in names if (home / n).is_file()}


def save_manifest(ledger: Path, manifest: Manifest, home: Path) -> None:
    """Write the manifest and copies of the configuration it names; the manifest last, so that it is never alone."""
    folder = night_folder(ledger, manifest.night_id)
    (folder / "config").mkdir(parents=True, exist_ok=True)
    for name in manifest.config_hashes:
        shutil.copyfile(home / name, folder / "config" / name)
    write_json(folder / "manifest.json", asdict(manifest))


def load_manifest(ledger: Path, night_id: str) -> Manifest:
    """Read a night's manifest back. Raises NoSuchNight."""
    path = night_folder(ledger, night_id) / "manifest.json"
    if not path.is_file():
        known = ", ".join(night_ids(ledger)[-5:]) or "none yet"
        raise NoSuchNight(f"There is no night {night_id!r} in {ledger}. The latest are: {known}.")
    value = orjson.loads(path.read_bytes())
    readings = tuple(
        ConnectionReading(**{**reading, "judged_at": _time(reading["judged_at"])}) for reading in value.pop("readings")
    )
    as_of = _time(value.pop("as_of"))
    read_at = _time(value.pop("ledger_read_at", None))
    if as_of is None:
        raise NoSuchNight(f"The manifest {path} has no as_of; it was damaged. Take it from a backup.")
    outcomes = tuple(value.pop("outcomes"))
    return Manifest(as_of=as_of, readings=readings, outcomes=outcomes, ledger_read_at=read_at, **value)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def bury_unfinished(ledger: Path, error: str = "its process ended before the night did") -> None:
    """Write down that nights whose process died came to nothing. Only for whoever holds the workspace's lock."""
    for night_id in sorted(path.parent.name for path in (ledger / "nights").glob("*/record.json")):
        if load_record(ledger, night_id).get("state") != "running":
            continue
        save_record(ledger, night_id, state="failed", error=error)


def night_ids(ledger: Path) -> list[str]:
    """All nights that got as far as a manifest, oldest first."""
    return sorted(path.parent.name for path in (ledger / "nights").glob("*/manifest.json"))


def save_record(ledger: Path, night_id: str, **facts: Any) -> dict[str, Any]:
    """Add to what is known about how a night went (state, times, counts, error)."""
    record = {**load_record(ledger, night_id), **facts, "night_id": night_id}
    write_json(night_folder(ledger, night_id) / "record.json", record)
    return record


def load_record(ledger: Path, night_id: str) -> dict[str, Any]:
    """How a night went, as far as it was written down; empty when it wasn't."""
    path = night_folder(ledger, night_id) / "record.json"
    return dict(orjson.loads(path.read_bytes())) if path.is_file() else {}


def last_published(ledger: Path) -> Manifest | None:
    """The manifest of the newest night that was published."""
    nights: Sequence[str] = night_ids(ledger)
    for night_id in reversed(nights):
        if load_record(ledger, night_id).get("state") == "published":
            return load_manifest(ledger, night_id)
    return None
