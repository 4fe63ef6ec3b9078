"""Where a refresh token is kept between nights, for servers that replace it at every use.

Here belongs the file. When a new token arrives is auth.py's.
"""

from __future__ import annotations

import os
from pathlib import Path


class TokenFile:
    """Keeps the newest refresh token in a file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def within(cls, workspace: Path | None, name: str | None) -> TokenFile | None:
        """The file that connections.yml names, in the workspace; None where it names none."""
        return cls((workspace or Path()) / name) if name else None

    def load(self) -> str | None:
        """The stored token, if the file exists."""
        return self._path.read_text().strip() or None if self._path.exists() else None

    def save(self, refresh_token: str) -> None:
        """Write beside, flush to disk, then rename: there is always one whole token."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(self._path.name + ".new")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(refresh_token)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
