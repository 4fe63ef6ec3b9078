"""How the steps of a Dagster run find the night they belong to, and how a failing step ends it.

Only that belongs here. All steps run in one process, one after another, so a night is kept in memory under its run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg

from orchestration.night import Night, Say, silent
from orchestration.settings import Workspace


class NightConfig(dg.Config):
    """What may be asked of a night when it is started."""

    as_of: str | None = None
    only: list[str] = []  # noqa: RUF012 - Dagster's Config is pydantic, which copies defaults
    accept_fall: list[str] = []  # noqa: RUF012


class NightBook:
    """The nights under way in this process (there is one, but for tests)."""

    def __init__(self, workspace: Workspace, say: Say = silent) -> None:
        self.workspace = workspace
        self.say = say
        self.nights: dict[str, Night] = {}

    def begin(self, run_id: str, config: NightConfig) -> Night:
        """Start the run's night."""
        as_of = datetime.fromisoformat(config.as_of).astimezone(UTC) if config.as_of else None
        night = Night.begin(
            self.workspace, run_id, as_of, only=config.only, accept_fall=config.accept_fall, say=self.say
        )
        self.nights[run_id] = night
        return night

    @contextmanager
    def step(self, run_id: str) -> Iterator[Night]:
        """The run's night, for one step; a step that raises ends the night, and readers keep the one before."""
        night = self.nights.get(run_id)
        if night is None:
            raise dg.Failure(
                "This step is part of a night and can't run alone: a night is built from nothing, and published "
                "only as a whole. Start the job `nightly` (or `plumbline sync`).",
                allow_retries=False,
            )
        try:
            yield night
        except GeneratorExit:
            raise
        except BaseException as error:
            del self.nights[run_id]
            night.fail(_plain(error))
            raise


OURS = ("orchestration.", "connectors.", "expectations.")


def _plain(error: BaseException) -> str:
    """Our own errors are written for people; of others the kind is told too."""
    if isinstance(error, dg.Failure):
        return error.description or "a step failed"
    if type(error).__module__.startswith(OURS):
        return str(error)
    return f"{type(error).__name__}: {error}"
