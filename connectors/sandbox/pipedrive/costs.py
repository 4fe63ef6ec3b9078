"""What each endpoint costs in tokens of the day's budget."""

from __future__ import annotations

import re
from typing import Final

BASES: Final = re.compile(r"(/api/v2|/api/v1|/v1)(/.*)")
V1: Final = (
    (r"/users/me", 2),
    (r"/users", 20),
    (r"/deals/summary", 40),
    (r"/deals/summary/archived", 80),
    (r"/deals/\d+/changelog", 20),
    (r"/deals/\d+/flow", 40),
    (r"/deals/\d+/mailMessages", 20),
    (r"/deals/\d+/participants", 10),
    (r"/deals/\d+/participantsChangelog", 10),
    (r"/dealFields", 20),
    (r"/activityFields", 20),
    (r"/activityTypes", 20),
    (r"/currencies", 20),
)
V2: Final = (
    (r"/deals", 10),
    (r"/deals/archived", 20),
    (r"/deals/products", 10),
    (r"/deals/\d+", 1),
    (r"/deals/\d+/products", 10),
    (r"/activities", 10),
    (r"/activities/\d+", 1),
    (r"/stages", 5),
    (r"/pipelines", 5),
    (r"/dealFields", 10),
    (r"/activityFields", 10),
)
COMPILED: Final = {
    version: tuple((re.compile(pattern), cost) for pattern, cost in costs)
    for version, costs in (("v1", V1), ("v2", V2))
}


def split(path: str) -> tuple[str, str]:
    """("v1" or "v2", the rest) of a path, or ("", path) where it is neither; v1 answers at two places."""
    found = BASES.fullmatch(path.rstrip("/"))
    if found is None:
        return "", path
    return ("v2" if found[1] == "/api/v2" else "v1"), found[2]


def cost_of(path: str) -> int:
    """The tokens of one request; nothing for what doesn't exist."""
    version, rest = split(path)
    return next((cost for pattern, cost in COMPILED.get(version, ()) if pattern.fullmatch(rest)), 0)
