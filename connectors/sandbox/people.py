"""The people of the simulated company: sellers who log their work, one who never does, and some who left.

What they did to which deal is told by the stories.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST = ("Anna", "Bilal", "Chiara", "David", "Elif", "Frank", "Greta", "Hugo", "Ines", "Jonas", "Katja", "Liam")
LAST = ("Albers", "Brandt", "Costa", "Diallo", "Engel", "Fischer", "Gruber", "Huber", "Ivanova", "Jensen")
TEAMS = (("7001", "North"), ("7002", "South"), ("7003", "Key accounts"))
SMALLEST_CREW = 8
DEALS_PER_SELLER = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A seller. `owner_id` and `user_id` differ, as in HubSpot: histories name users, deals name owners."""

    number: int
    owner_id: str
    user_id: int
    first: str
    last: str
    email: str
    team_id: str
    team: str
    left: bool
    logs: bool


class Crew:
    """Everybody of one organisation: `loggers` (the last of them has left the company) and one `silent` seller."""

    def __init__(self, deals: int) -> None:
        size = max(SMALLEST_CREW, min(200, deals // DEALS_PER_SELLER))
        self.everybody = tuple(_person(number, size) for number in range(size + 2))
        self.loggers = self.everybody[: size + 1]
        self.active = self.everybody[:size]
        self.left = self.everybody[size]
        self.silent = self.everybody[size + 1]


def _person(number: int, size: int) -> Person:
    first = FIRST[number % len(FIRST)]
    last = LAST[(number * 3 + number // len(FIRST)) % len(LAST)]
    team_id, team = TEAMS[number % len(TEAMS)]
    return Person(
        number=number,
        owner_id=str(510_000_000 + number * 17),
        user_id=41_000_000 + number * 13,
        first=first,
        last=last,
        email=f"{first}.{last}.{number}@example.com".lower(),
        team_id=team_id,
        team=team,
        left=number == size,
        logs=number <= size,
    )
