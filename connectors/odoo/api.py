"""The few methods of Odoo's models that we use, whichever door they go through, with the shape of answers checked.

Here belong questions and answers. What to ask in which order is the readers'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import BadAnswer, ConnectorError, MissingScopeError
from connectors.odoo.catalogue import Domain, Model
from connectors.odoo.dialect import UnknownField, UnknownModel, field_named
from connectors.odoo.door import Doorway
from connectors.odoo.notes import Notes

Row = Mapping[str, Any]

NEEDED = frozenset(("id", "stage_id", "res_id", "date", "mail_message_id"))
"""Without these a row says nothing; the model counts as unreadable."""


class OdooApi:
    """One account's models, read-only."""

    def __init__(self, doorway: Doorway, notes: Notes) -> None:
        self.doorway = doorway
        self.notes = notes
        self._readable: dict[tuple[str, str], tuple[str, ...]] = {}

    @property
    def account(self) -> str:
        """The connection's name."""
        return self.doorway.session.account

    def rows(self, model: Model, domain: Domain, limit: int | None = None) -> list[Row]:
        """search_read by ascending id, of the fields that this Odoo has; a field that it refuses is left out."""
        while True:
            question: dict[str, Any] = {"domain": domain, "fields": list(self.readable(model)), "order": "id asc"}
            if limit is not None:
                question["limit"] = limit
            try:
                return self._checked(model.model, self._call(model, "search_read", question))
            except UnknownField as error:
                self._leave_out(model, error)

    def ids(self, model: Model, domain: Domain, limit: int | None = None) -> list[int]:
        """Ids by ascending id."""
        question: dict[str, Any] = {"domain": domain, "order": "id asc"}
        if limit is not None:
            question["limit"] = limit
        found = self._call(model, "search", question)
        if not isinstance(found, list) or not all(type(i) is int for i in found):
            raise self.bad(model.model, "search", "answered without a list of ids")
        return found

    def count(self, model: Model, domain: Domain) -> int:
        """search_count."""
        found = self._call(model, "search_count", {"domain": domain})
        if type(found) is not int:
            raise self.bad(model.model, "search_count", "answered without a number")
        return found

    def readable(self, model: Model) -> tuple[str, ...]:
        """Those of the model's fields that this Odoo has and this user may read; the others are remarked once."""
        key = (model.stream, model.model)
        if key not in self._readable:
            self._readable[key] = self._known_fields(model)
        return self._readable[key]

    def lacking(self, model: Model) -> frozenset[str]:
        """Wanted fields that this Odoo doesn't have, or not for us; none where it doesn't say."""
        try:
            return frozenset(model.wanted) - frozenset(self.readable(model))
        except MissingScopeError:
            return frozenset()

    def bad(self, model: str, method: str, what: str) -> BadAnswer:
        """A BadAnswer that names account, model and method."""
        return BadAnswer(f"{self.account}: {model}.{method} {what}")

    def _call(self, model: Model, method: str, question: Mapping[str, Any]) -> Any:
        named = {**question, "context": model.context} if model.context else question
        return self.doorway.door().call(model.model, method, named)

    def _known_fields(self, model: Model) -> tuple[str, ...]:
        question = {"allfields": list(model.wanted), "attributes": ["type"]}
        try:
            known = self.doorway.door().call(model.model, "fields_get", question)
        except UnknownModel:
            raise
        except ConnectorError as error:
            if error.retryable or not isinstance(error, MissingScopeError):
                raise
            return model.wanted  # the reading itself will tell what is missing
        if not isinstance(known, dict):
            raise self.bad(model.model, "fields_get", "answered without the fields")
        for name in model.wanted:
            if name not in known:
                self._remark(model, name)
        return tuple(name for name in model.wanted if name in known or name == "id")

    def _leave_out(self, model: Model, error: UnknownField) -> None:
        name = field_named(error)
        before = self.readable(model)
        if name not in before or name in NEEDED:
            raise error
        self._remark(model, str(name))
        self._readable[model.stream, model.model] = tuple(field for field in before if field != name)

    def _remark(self, model: Model, name: str) -> None:
        if name in NEEDED and name in model.fields:
            raise MissingScopeError(
                f"{self.account}: {model.model} has no readable field {name}, without which no row counts"
            )
        if name not in model.optional:
            self.notes.add(
                model.stream,
                f"Odoo has no field {name} of {model.model} (or the user may not read it); what rests on it stays "
                "unknown",
            )

    def _checked(self, model: str, rows: Any) -> list[Row]:
        if not isinstance(rows, list) or not all(isinstance(row, dict) and type(row.get("id")) is int for row in rows):
            raise self.bad(model, "search_read", "answered without a list of records with ids")
        return rows


def among(ids: Sequence[int]) -> Domain:
    """The domain of these ids."""
    return [["id", "in", list(ids)]]
