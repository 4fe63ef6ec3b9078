"""Builds a past night again from its manifest: the same facts, the same rules, as they were known then.

Only that belongs here. A replay publishes nothing; it shows whether the warehouse is what the manifest says, and what
a night looked like whose publication is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.lake import Lake
from orchestration import manifest
from orchestration.build import BuildFiles
from orchestration.content_hash import combined, hash_file
from orchestration.manifest import Manifest
from orchestration.night import Say, dbt_home_of, silent, write_night_inputs
from orchestration.settings import Workspace, export


@dataclass(frozen=True, slots=True)
class Replayed:
    """A night built again. `published_hash` is what was written down when it was published (None: it never was)."""

    night_id: str
    files: BuildFiles
    hashes: dict[str, str]
    published_hash: str | None
    differing: tuple[str, ...]

    @property
    def content_hash(self) -> str:
        """Of all marts together."""
        return combined(self.hashes)


def replay(workspace: Workspace, night_id: str, say: Say = silent) -> Replayed:
    """Build the night again; the caller holds the workspace's lock. Raises NoSuchNight, DbtFailed."""
    night = manifest.load_manifest(workspace.ledger, night_id)
    files = BuildFiles(workspace.builds / f"replay-{night_id}")
    build_night(workspace, night, files, say)
    record = manifest.load_record(workspace.ledger, night_id)
    hashes = hash_file(files.marts)
    before = record.get("hashes", {})
    differing = tuple(sorted(name for name in {*before, *hashes} if before.get(name) != hashes.get(name)))
    return Replayed(night_id, files, hashes, record.get("content_hash"), differing if before else ())


def build_night(workspace: Workspace, night: Manifest, files: BuildFiles, say: Say = silent) -> None:
    """Everything of a night between its manifest and its marts."""
    past = _as_configured(workspace, night)
    home = dbt_home_of(workspace)
    export(home.environment())
    files.begin()
    home.point_at(files.folder)
    say("Writing the night's input…")
    write_night_inputs(past, files, night, Lake(workspace.lake).live_files(), workspace.ledger)
    say("Building all models…")
    home.prepare()
    home.run(["run"])


def _as_configured(workspace: Workspace, night: Manifest) -> Workspace:
    """The workspace's data with the configuration that the night had."""
    folder: Path = manifest.night_folder(workspace.ledger, night.night_id) / "config"
    return Workspace(folder)
