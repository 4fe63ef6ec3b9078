"""Erases a person from the lake: their row as an owner, and their ids and addresses in everybody else's payloads.

Only the lake is erased here; old publications, ledger and reviews are the orchestration's. The CRM must have erased
the person first, else the next sync reads them again. Run it under the workspace's lock: old files go at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
import pyarrow as pa

from connectors.lake import Lake, LakeError
from connectors.lake_table import ENVELOPE

FORGOTTEN = "forgotten"

_OWNER_TABLE = re.compile(r".*/(owners|users)")
# What else names the same person in an owner's row: CRMs know an owner's id, a user's id and the address.
_OWNER_NAMES = ("id", "owner_id", "userId", "userIdIncludingInactive", "email")
# A bare number may be anything (an amount, a deal); it is a person's only under keys that speak of people.
_PERSON_KEY = re.compile(
    r"(?!num_|.*count)(?=.*(owner|user|actor|assign|author|creat|updatedby|manager|resource|contact|person|sourceid))",
    re.IGNORECASE,
)
_JSON_ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased. `terms` are all names of the person that were found: the caller erases them elsewhere too."""

    terms: tuple[str, ...]
    owners_dropped: int = 0
    rows: dict[str, int] = field(default_factory=dict)


def forget_person(lake: Lake, terms: Iterable[str]) -> Forgotten:
    """Erase whoever has one of these ids or addresses, and delete the files that held them."""
    given = {term.strip() for term in terms}
    if not given or "" in given:
        raise LakeError("Whom to forget? Give the id or the e-mail address of a person; an empty one would match all.")
    person = _Person(given | _other_names(lake, given))
    dropped = 0
    rows: dict[str, int] = {}
    for name in lake.table_names():
        table = lake.table(name)
        with table.lock:
            for connection in sorted({file.connection for file in table.files()}):
                touched, gone = _erase(lake, name, connection, person)
                dropped += gone
                if touched:
                    rows[name] = rows.get(name, 0) + touched
            # Also where nothing matched: what an earlier compaction replaced may still lie there.
            table.vacuum(0)
    return Forgotten(tuple(sorted(person.terms)), dropped, rows)


class _Person:
    """Recognises the names of one person in JSON."""

    def __init__(self, terms: set[str]) -> None:
        self.terms = terms
        self._lower = {term.lower() for term in terms}
        self._bare = {term for term in terms if term.isdigit()}
        words = "|".join(re.escape(term) for term in sorted(self._lower - self._bare))
        # Bounded by other characters than letters and digits: ann@x.com isn't joann@x.com, and u1 isn't u12.
        self._named = re.compile(rf"(?<![a-z0-9_.+-])(?:{words})(?![a-z0-9_])", re.I) if words else None
        numbers = "|".join(sorted(self._bare))
        self._numbered = re.compile(rf"(?<![A-Za-z0-9_.-])(?:{numbers})(?![A-Za-z0-9_.-])") if numbers else None

    def may_be_in(self, text: str) -> bool:
        """A quick look at raw JSON: False is certain."""
        lower = text.lower()
        return _JSON_ESCAPE in text or any(term in lower for term in self._lower)

    def is_in_id(self, row_id: str) -> bool:
        """Whether a row's id contains the person as one of its parts. A deal with the same bare number is no person."""
        if row_id in self._bare:
            return False
        return any(pattern is not None and pattern.search(row_id) for pattern in (self._named, self._numbered))

    def owns(self, payload: Mapping[str, Any]) -> bool:
        """Whether this payload of an owner's row is the person's."""
        return any(str(payload.get(key)).lower() in self._lower for key in _OWNER_NAMES)

    def erased_from(self, row: Mapping[str, Any]) -> Any:
        """The row's payload without the person."""
        value = self.erased(orjson.loads(row["payload"]))
        if ":contacts:" in row["id"] and isinstance(value, dict) and "to" in value:
            value["to"] = self.erased(value["to"], of_person=True)  # links to contacts: bare numbers are people there
        return value

    def erased(self, value: Any, *, of_person: bool = False) -> Any:
        """The value with every string (and number) that names the person replaced."""
        if isinstance(value, dict):
            return {
                (FORGOTTEN if self._names(key, of_person=False) else key): self.erased(
                    inner, of_person=of_person or bool(_PERSON_KEY.match(key))
                )
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self.erased(inner, of_person=of_person) for inner in value]
        if isinstance(value, str):
            return FORGOTTEN if self._names(value, of_person=of_person) else value
        if isinstance(value, int) and of_person and str(value) in self._bare:
            return FORGOTTEN
        return value

    def _names(self, text: str, *, of_person: bool) -> bool:
        if self._named is not None and self._named.search(text):
            return True
        return of_person and self._numbered is not None and bool(self._numbered.search(text))


def _other_names(lake: Lake, terms: set[str]) -> set[str]:
    """Ids and addresses in the owners' rows that match."""
    asked, found = _Person(terms), set[str]()
    for name in lake.table_names():
        if not _OWNER_TABLE.fullmatch(name):
            continue
        for connection in {file.connection for file in lake.table(name).files()}:
            for batch in _batches(lake, name, connection):
                for row in batch.to_pylist():
                    payload = _object(row["payload"])
                    if row["kind"] == "record" and (row["id"] in terms or asked.owns(payload)):
                        found |= {str(payload[key]) for key in _OWNER_NAMES if payload.get(key)}
    return found


def _erase(lake: Lake, name: str, connection: str, person: _Person) -> tuple[int, int]:
    """Rewrite one connection's rows of a table if the person is in them: (rows touched, rows dropped)."""
    owners = bool(_OWNER_TABLE.fullmatch(name))
    if not any(_touches(row, person, owners=owners) for b in _batches(lake, name, connection) for row in b.to_pylist()):
        return 0, 0
    counts = {"touched": 0, "dropped": 0}
    new_ids: dict[str, str] = {}
    batches = _batches(lake, name, connection)  # resolved here: the writer pulls from another thread, without our lock

    def rewritten() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            kept = []
            for row in batch.to_pylist():
                if not _touches(row, person, owners=owners):
                    kept.append(row)
                    continue
                counts["touched"] += 1
                if owners and _is_owner_row(row, person):
                    counts["dropped"] += 1
                    continue
                if person.is_in_id(row["id"]):
                    # One new id per old one, so that versions of a record stay versions of one record.
                    row["id"] = new_ids.setdefault(row["id"], f"{FORGOTTEN}-{uuid4().hex}")
                row["payload"] = orjson.dumps(person.erased_from(row)).decode()
                kept.append(row)
            yield pa.RecordBatch.from_pylist(kept, schema=ENVELOPE)

    lake.table(name).replace_partition(connection, rewritten())
    return counts["touched"], counts["dropped"]


def _touches(row: dict[str, Any], person: _Person, *, owners: bool) -> bool:
    if person.is_in_id(row["id"]) or (owners and _is_owner_row(row, person)):
        return True
    if not person.may_be_in(row["payload"]):
        return False
    return bool(person.erased_from(row) != orjson.loads(row["payload"]))


def _is_owner_row(row: dict[str, Any], person: _Person) -> bool:
    return row["kind"] == "record" and (row["id"] in person.terms or person.owns(_object(row["payload"])))


def _object(payload: str) -> dict[str, Any]:
    value = orjson.loads(payload)
    return value if isinstance(value, dict) else {}


def _batches(lake: Lake, name: str, connection: str) -> Iterator[pa.RecordBatch]:
    paths = [file.path for file in lake.files(name, connection)]
    return lake.reader.envelope_batches(paths, connection)
