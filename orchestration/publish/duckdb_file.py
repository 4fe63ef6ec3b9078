"""Publishes the marts as one DuckDB file: `<night_id>.duckdb`, and `warehouse.duckdb` as a second name of the newest.

Only this kind of publication belongs here. The stable name is a hard link that is replaced in one step: whoever
has the old file open keeps reading it, whoever opens the name gets the new one, and nobody ever sees half a night.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

import duckdb

from orchestration.files import sync_to_disk
from orchestration.publish.interface import PublishError, disk_errors

STABLE_NAME = "warehouse.duckdb"


class DuckdbFilePublisher:
    """Keeps its files in one folder."""

    name = "duckdb"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stable = folder / STABLE_NAME

    def _file(self, night_id: str) -> Path:
        return self.folder / f"{night_id}.duckdb"

    def prepare(self, marts: Path, night_id: str) -> None:
        """Settle the build file (no write-ahead log beside it) and copy it in under the night's name."""
        target = self._file(night_id)
        draft = target.with_name(f".{target.name}.new")
        try:
            with disk_errors("the published warehouse", self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._settle(marts)
                # A copy, not a link: the build may lie on another disk, and nobody may write to what is published.
                shutil.copyfile(marts, draft)
                draft.chmod(0o644)
                sync_to_disk(draft)
                draft.replace(target)
                sync_to_disk(self.folder)
        finally:
            draft.unlink(missing_ok=True)

    @staticmethod
    def _settle(marts: Path) -> None:
        try:
            with duckdb.connect(str(marts)) as connection:
                connection.execute("checkpoint")
        except duckdb.IOException as error:
            if "No space left" in str(error):
                raise PublishError(
                    f"The disk is full: the build {marts} could not be completed. Nothing that is published was "
                    "changed. Free some space and run `plumbline sync` again."
                ) from error
            raise PublishError(
                f"The build {marts} is in use by another program ({error}). Close it and run `plumbline sync` again; "
                "nothing that is published was changed."
            ) from error
        log = marts.with_name(marts.name + ".wal")
        if log.exists():
            raise PublishError(
                f"DuckDB left unwritten changes beside the build ({log}); a copy would be incomplete. "
                "Nothing that is published was changed; run `plumbline sync` again."
            )

    def activate(self, night_id: str) -> None:
        """Give the stable name to this night's file."""
        link = self.folder / f".{STABLE_NAME}.{os.getpid()}.new"
        link.unlink(missing_ok=True)
        with disk_errors("the published warehouse", self.folder):
            os.link(self._file(night_id), link)
            link.replace(self.stable)
            # Replacing a name by another name of the same file does nothing and leaves both.
            link.unlink(missing_ok=True)
            sync_to_disk(self.folder)

    def current(self) -> str | None:
        """The night whose file the stable name is."""
        if not self.stable.exists():
            return None
        nights = self.nights()[::-1]
        linked = (night for night in nights if self._file(night).samefile(self.stable))
        # A workspace that was copied or restored from a backup has two files where there was one of two names.
        equal = (night for night in nights if filecmp.cmp(self._file(night), self.stable, shallow=False))
        return next(linked, None) or next(equal, None)

    def nights(self) -> list[str]:
        """The nights whose files are kept."""
        return sorted(path.stem for path in self.folder.glob("*.duckdb") if path.name != STABLE_NAME)

    def discard(self, night_id: str) -> None:
        """Remove a night's file; a reader that has it open keeps it until it closes."""
        self._file(night_id).unlink(missing_ok=True)
