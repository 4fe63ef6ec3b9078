"""Questions in SOQL, and keeping them short enough for an address.

Here belongs writing queries. Asking them is api.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from connectors.salesforce.catalogue import SalesforceObject

LONGEST_ADDRESS = 14_000
"""Salesforce takes 16,384 bytes of address and headers together."""


@dataclass(frozen=True, slots=True)
class Window:
    """Moments from `since` (included) to `until` (not included), as SOQL literals; None: without end on that side."""

    since: str | None = None
    until: str | None = None

    def conditions(self, stamp: str) -> list[str]:
        """The window as conditions."""
        low = [f"{stamp} >= {self.since}"] if self.since else []
        return low + ([f"{stamp} < {self.until}"] if self.until else [])


def select(
    fields: Sequence[str], thing: SalesforceObject, conditions: Sequence[str], *, order: Sequence[str] = ()
) -> str:
    """A query of an object, always within what we read of it."""
    told = [*([thing.where] if thing.where else []), *conditions]
    where = f" WHERE {' AND '.join(told)}" if told else ""
    ordered = f" ORDER BY {', '.join(order)}" if order else ""
    return f"SELECT {', '.join(fields)} FROM {thing.name}{where}{ordered}"


def count(thing: SalesforceObject, conditions: Sequence[str] = ()) -> str:
    """The query that counts."""
    return select(["COUNT()"], thing, conditions)


def live(thing: SalesforceObject) -> list[str]:
    """The condition for what is not deleted. Asked by queryAll, it counts archived activities as well."""
    return ["IsDeleted = false"] if thing.has_deleted else []


def fits(query: str) -> bool:
    """Whether a query may go into an address."""
    return len(quote_plus(query)) <= LONGEST_ADDRESS


def chunks(ids: Sequence[str], query_length: int) -> Iterator[Sequence[str]]:
    """Ids in lists that leave room for the rest of the query; each needs a comma and two quotes, which are escaped."""
    room = max(1, min(500, (LONGEST_ADDRESS - query_length) // (18 + 3 * 3 + 1)))
    for begin in range(0, len(ids), room):
        yield ids[begin : begin + room]


def among(field: str, ids: Sequence[str]) -> str:
    """`field` is one of these ids; what can't be an id is left out, since it can't be one of a record either."""
    listed = ", ".join(f"'{identity}'" for identity in ids if identity.isalnum())
    return f"{field} IN ({listed})" if listed else f"{field} = null"
