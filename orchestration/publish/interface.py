"""What every publisher must do, and how it says that it couldn't.

Only the interface belongs here.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

LEAST_FREE = 64 * 1024
"""With fewer bytes left an error of whatever kind is taken for the full disk's."""

DISK_FULL = (
    "The disk became full, so the night was not published; readers keep the night before. Free some space (older "
    "nights: `retention` in plumbline.yml) and run `plumbline sync` again."
)


class PublishError(Exception):
    """The night could not be published; what was published before is untouched. The text says what to do."""


class Publisher(Protocol):
    """A place where a night's marts can be read.

    `prepare` does all that can fail (copying, checking), invisibly; `activate` makes a prepared night the one that
    readers get, in one step. Nights are named by night_id, whose text order is their order in time.
    """

    @property
    def name(self) -> str:
        """What plumbline.yml calls it."""

    def prepare(self, marts: Path, night_id: str) -> None:
        """Bring the marts of a build into place beside what is published. Raises PublishError, changing nothing."""

    def activate(self, night_id: str) -> None:
        """Let readers have this prepared night from now on."""

    def current(self) -> str | None:
        """The night that readers get now."""

    def nights(self) -> list[str]:
        """The nights that are kept, oldest first."""

    def discard(self, night_id: str) -> None:
        """Remove a night that is kept or half prepared; unknown ones are no error."""


def disk_is_full(error: BaseException, folder: Path) -> bool:
    """Whether an error, or one that caused it, came of a full disk. SQLite only says that something went wrong."""
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        seen.append(following)
        following = following.__cause__ or following.__context__
    full = any(isinstance(e, OSError) and e.errno in {errno.ENOSPC, errno.EDQUOT} for e in seen)
    return full or any("No space left" in str(e) for e in seen) or shutil.disk_usage(folder).free < LEAST_FREE


@contextmanager
def disk_errors(what: str, where: Path) -> Iterator[None]:
    """Turn what an operating system says about a disk into words, and keep other errors as they are."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise PublishError(
                f"The disk is full: {what} could not be written to {where}. Nothing that is published was changed. "
                "Free some space (older nights: `retention` in plumbline.yml) and run `plumbline sync` again."
            ) from error
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            raise PublishError(
                f"{what} could not be written to {where}: {error.strerror}. Nothing that is published was changed. "
                "Give the user that runs Plumbline the right to write there."
            ) from error
        raise
