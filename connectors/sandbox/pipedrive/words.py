"""How Pipedrive writes things: ids, times, stages as numbers, sources of changes. Pure functions, no state."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from connectors.sandbox.model import Actor
from connectors.sandbox.people import Crew, Person
from connectors.sandbox.stock import PIPELINES, STAGE_MAP
from connectors.sandbox.workdays import DAY

SLOTS: Final = 1024
"""Things of one kind that a deal can have; ids are deal number * SLOTS + place + 1, so they never collide."""

OPENED: Final = 1_546_300_800_000
"""When the accounts were set up: the first day of 2019."""

PIPELINE_IDS: Final = {pipeline: number for number, (pipeline, _, _) in enumerate(PIPELINES, 1)}
STAGE_IDS: Final = {
    stage: number
    for number, stage in enumerate(
        (stage for _, _, stages in PIPELINES for stage, _, _, closed in stages if not closed), 1
    )
}
"""The stories' open stages; the closed ones are a deal's status in Pipedrive."""

FIRST_STAGE: Final = {pipeline: STAGE_IDS[stages[0][0]] for pipeline, _, stages in PIPELINES}
OUTCOMES: Final = {
    stage: key for stages in STAGE_MAP.values() for stage, key in stages.items() if key in ("won", "lost")
}
"""The stories' closed stages -> status."""

DEAL_TYPE_KEY: Final = "9b1c0d64a7e25f83b0c4d1e6f72a8093c5d4e1fa"
DEAL_TYPE_OPTIONS: Final = {"newbusiness": (31, "New business"), "existingbusiness": (32, "Existing business")}

BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
SOURCES: Final[dict[Actor, tuple[str, str | None]]] = {
    "person": ("app", BROWSER),
    "integration": ("api", "integration/2.1"),
    "import": ("import", None),
    "workflow": ("automation", None),
    "system": ("app", None),
    "merge": ("app", BROWSER),
}
"""Who -> `change_source` and user agent."""

ORIGINS: Final[dict[Actor, str]] = {"integration": "API", "import": "Import", "workflow": "Automation"}


@lru_cache(maxsize=8192)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY // 1000, UTC).strftime("%Y-%m-%d")


def _parts(ms: int) -> tuple[str, str]:
    day, rest = divmod(ms, DAY)
    minutes, second = divmod(rest // 1000, 60)
    hour, minute = divmod(minutes, 60)
    return _date(day), f"{hour:02d}:{minute:02d}:{second:02d}"


def rfc3339(ms: int) -> str:
    """A moment as v2 writes it, without fraction."""
    date, time = _parts(ms)
    return f"{date}T{time}Z"


def naive(ms: int) -> str:
    """A moment as v1 writes it: UTC without saying so."""
    date, time = _parts(ms)
    return f"{date} {time}"


def thing_id(index: int, place: int) -> int:
    """The id of the `place`-th activity, product or person of deal number `index`."""
    return index * SLOTS + place + 1


def user_id(person: Person) -> int:
    """A seller's id."""
    return int(person.owner_id)


def machine(crew: Crew) -> int:
    """The user whose token integrations, imports and automations use."""
    return user_id(crew.everybody[0])
