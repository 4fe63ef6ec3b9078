"""One deal with all that its records need. Which records those are stands in `rows`, `histories` and `activities`.

Moments are whole seconds since 1970, other values as JSON has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.model import Story
from connectors.sandbox.salesforce.told import Save
from connectors.sandbox.salesforce.users import Users
from connectors.sandbox.salesforce.words import SLOTS, record_id

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal with all that its records need. `home` is the deal that its activities and documents belong to.

    `is_gone` and `moved` (deleted, restored or joined: seconds) are of the deal itself, the `home_` ones of its home.
    """

    index: int
    story: Story
    saves: list[Save]
    users: Users
    is_gone: bool
    moved: int
    home: int
    home_is_gone: bool
    home_moved: int
    now: int
    discount_percent: int

    @property
    def id(self) -> str:
        """The opportunity's id."""
        return record_id("Opportunity", self.index)

    @property
    def person(self) -> str:
        """The user who did what people did."""
        return self.users.id_of_number(self.story.author)

    def actor(self, save: Save) -> str:
        """The user who made a save."""
        return self.person if save.actor == "person" else self.users.machine(save.actor)

    def child(self, kind: str, place: int, at: int, touched: int, creator: str | None = None) -> Row:
        """What all records of activities, contacts and documents have."""
        stamp = max(touched, self.home_moved)
        who = creator or self.person
        return {
            "Id": record_id(kind, self.index * SLOTS + place),
            "IsDeleted": self.home_is_gone,
            "CurrencyIsoCode": self.story.currency,
            "CreatedById": who,
            "LastModifiedById": who,
            "CreatedDate": at,
            "LastModifiedDate": stamp,
            "SystemModstamp": stamp,
        }


def number(text: str | None) -> float | None:
    """A number as JSON has it."""
    return None if text is None else float(text)
