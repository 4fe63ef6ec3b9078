"""Which of the wanted fields an org has and lets us read, by its own description of each object.

Here belong field selections and what is told of absent fields. A field without permission is simply not described:
Salesforce never says that one was withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import MissingScopeError
from connectors.salesforce.api import SalesforceApi
from connectors.salesforce.catalogue import DEALS, SalesforceObject
from connectors.salesforce.notes import Notes

_UNREADABLE = frozenset({"address", "location", "base64", "complexvalue", "anyType"})
"""Types of fields that the Bulk API can't give; `anyType` is fine in the history, where it is a text."""
_HISTORY_VALUES = frozenset({"OldValue", "NewValue"})
_NUMBERS = frozenset({"currency", "double", "percent", "int", "long"})


@dataclass(frozen=True, slots=True)
class Selection:
    """The fields to read of one object, in order, with their types.

    `formulas` are worked out when they are read, or stand on another record: their changes move no date of this one.
    """

    names: tuple[str, ...]
    types: Mapping[str, str] = field(default_factory=dict)
    formulas: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    """Wanted fields that the description doesn't know."""
    refused: str | None = None
    """Why the object can't be read at all."""

    def is_number(self, name: str) -> bool:
        """Whether the field holds a number."""
        return self.types.get(name) in _NUMBERS

    def is_moment(self, name: str) -> bool:
        """Whether the field holds a date with time."""
        return self.types.get(name) == "datetime"


class Fields:
    """The selections of one connection; each object is described once, and again when a field was refused."""

    def __init__(self, api: SalesforceApi, notes: Notes) -> None:
        self._api, self._notes = api, notes
        self._selections: dict[str, Selection] = {}

    def ask(self, things: Iterable[SalesforceObject]) -> None:
        """Have the objects described in one call, as far as they were not yet."""
        unknown = [thing for thing in things if thing.name not in self._selections]
        self._api.together.ask([self._api.asking_describe(thing.name) for thing in unknown])

    def of(self, thing: SalesforceObject) -> Selection:
        """The selection of an object. Raises ConnectorError, but not for an object that isn't there."""
        if thing.name not in self._selections:
            self._selections[thing.name] = self._select(thing)
        return self._selections[thing.name]

    def readable(self, thing: SalesforceObject) -> Selection:
        """The same. Raises MissingScopeError for an object that isn't there."""
        selection = self.of(thing)
        if selection.refused:
            raise MissingScopeError(selection.refused)
        return selection

    def again(self, thing: SalesforceObject) -> bool:
        """Describe once more, and say whether the selection is another one now."""
        before = self.of(thing)
        self._selections[thing.name] = self._select(thing)
        return self._selections[thing.name] != before

    def _select(self, thing: SalesforceObject) -> Selection:
        try:
            described = described_fields(self._api.describe(thing.name))
        except MissingScopeError as refusal:
            return Selection(thing.fields, refused=str(refusal))
        related = {name: self._related(described, name) for name in thing.fields if "." in name}
        described |= {name: field for name, field in related.items() if field is not None}
        absent = [name for name in thing.fields if name not in described]
        optional = [name for name in thing.optional if _is_there(name, described)]
        names = [*(name for name in thing.fields if name in described), *optional]
        odd = [name for name in names if _type(described, name) in _UNREADABLE and name not in _HISTORY_VALUES]
        if absent:
            self._notes.add(thing.stream, absence(thing, absent))
        if odd:
            self._notes.add(thing.stream, f"{thing.name}: {', '.join(odd)} can't be read (compound or binary fields)")
        names = [name for name in names if name not in odd]
        return Selection(
            tuple(names),
            {name: _type(described, name) for name in names},
            tuple(n for n in names if n in related or described.get(n, {}).get("calculated") is True),
            (*absent, *odd),
        )

    def _related(self, described: Mapping[str, Mapping[str, Any]], path: str) -> Mapping[str, Any] | None:
        """The description of a field on a record that is looked up, by the descriptions on the way to it."""
        head, _, rest = path.partition(".")
        if not rest:
            return described.get(head)
        relation = next((field for field in described.values() if field.get("relationshipName") == head), {})
        for name in relation.get("referenceTo") or ():
            try:
                found = self._related(described_fields(self._api.describe(str(name))), rest)
            except MissingScopeError:
                continue
            if found is not None:
                return found
        return None


def described_fields(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The fields of a description, by name."""
    return {str(item.get("name")): item for item in body["fields"] if isinstance(item, Mapping)}


def absence(thing: SalesforceObject, names: list[str]) -> str:
    """What to say of fields that are not described."""
    what = f"{thing.name} has no field {', '.join(names)}, or this user may not see it"
    where = "correct `fields` or `read_fields` in connections.yml, or " if thing.stream == DEALS else ""
    return (
        f"{what}; what rests on it stays unknown. To mend it, {where}give the user's permission set Read on the field"
    )


def _is_there(name: str, described: Mapping[str, Mapping[str, Any]]) -> bool:
    if "." not in name:
        return name in described
    relation = name.split(".", 1)[0]
    return any(item.get("relationshipName") == relation for item in described.values())


def _type(described: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return str(described.get(name, {}).get("type", "string"))
