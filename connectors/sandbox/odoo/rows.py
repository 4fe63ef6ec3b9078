"""A model's rows as one user finds and sees them: access, archived ones, order, limits, and values as JSON.

The methods that people call are `query`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from connectors.sandbox.odoo import schema
from connectors.sandbox.odoo.domain import compiled
from connectors.sandbox.odoo.errors import denied, invalid_field
from connectors.sandbox.odoo.knobs import JSON2_SINCE
from connectors.sandbox.odoo.schema import Field
from connectors.sandbox.odoo.words import Row, date_text, moment_text
from connectors.sandbox.odoo.world import Database

ADMINISTRATORS_FIELDS: Final = frozenset((("mail.message", "tracking_value_ids"),))
LABELLED: Final = "_classic_read"
ALWAYS_FULL: Final = ("res.users", "ir.model.fields", "ir.module.module")


class Reader:
    """One user's view of one database."""

    def __init__(self, database: Database, uid: int, *, is_admin: bool) -> None:
        self.database, self.uid, self.is_admin = database, uid, is_admin
        self.version = database.version
        self._fields: dict[str, Mapping[str, Field]] = {}

    def exists(self, model: str) -> bool:
        """Whether an installed app brings the model."""
        return model in schema.MODELS and not (model == "sale.order" and self.database.knobs.without_sale)

    def fields(self, model: str) -> Mapping[str, Field]:
        """The model's fields that this user may read."""
        if model not in self._fields:
            gone = self.database.knobs.missing_fields
            self._fields[model] = {
                name: field
                for name, field in schema.fields(model, self.version).items()
                if f"{model}.{name}" not in gone and (self.is_admin or (model, name) not in ADMINISTRATORS_FIELDS)
            }
        return self._fields[model]

    def record(self, model: str, identifier: int) -> Row | None:
        """One row, whoever asks."""
        row = self.database.record(model, identifier)
        return row if row is None or model != "ir.module.module" else self._module(row)

    def value(self, model: str, row: Row, name: str) -> Any:
        """A field's value as kept; computed ones are computed."""
        if name == "display_name":
            return self.database.label(model, int(str(row["id"])))
        if model == "mail.activity" and name == "state":
            if not row["active"]:
                return "done"
            due, today = str(row["date_deadline"]), date_text(self.database.now)
            return "overdue" if due < today else "today" if due == today else "planned"
        return row.get(name)

    def found(
        self,
        model: str,
        domain: list[Any],
        offset: int,
        limit: int | None,
        order: str | None,
        context: Mapping[str, Any] | None,
    ) -> list[Row]:
        """A page of matching rows; what may not be read is left out after LIMIT."""
        keys = self._order(model, order)
        rows: Iterable[Row] = self.matching(model, domain, context)
        if keys != [("id", False)]:
            rows = self._sorted(model, list(rows), keys)
        page = islice(rows, offset, None if not limit else offset + limit)
        return [row for row in page if not row.get("is_unreadable")]

    def _sorted(self, model: str, rows: list[Row], keys: list[tuple[str, bool]]) -> list[Row]:
        for name, down in reversed(keys):

            def key(row: Row, name: str = name) -> tuple[bool, Any]:
                value = self.value(model, row, name)
                return (value is None, 0 if value is None else value)

            rows.sort(key=key, reverse=down)
        return rows

    def _order(self, model: str, order: str | None) -> list[tuple[str, bool]]:
        keys = []
        for part in (order or schema.ORDER.get(model, "id")).split(","):
            name, _, direction = part.strip().partition(" ")
            if name not in self.fields(model):
                raise invalid_field(self.version, model, name)
            keys.append((name, direction.strip().lower() == "desc"))
        return keys

    def matching(
        self, model: str, domain: list[Any], context: Mapping[str, Any] | None, *, readable: bool = False
    ) -> Iterator[Row]:
        """Matching rows by rising id."""
        test = compiled(self, model, domain)
        hides = "active" in self.fields(model) and (context or {}).get("active_test", True)
        hides = hides and not any(isinstance(leaf, list | tuple) and leaf[0] == "active" for leaf in domain)
        if self.database.knobs.empty and model not in ALWAYS_FULL:
            return
        for row in self._candidates(model, domain):
            if hides and not row.get("active"):
                continue
            if readable and row.get("is_unreadable"):
                continue
            if test(row):
                yield row

    def _candidates(self, model: str, domain: list[Any]) -> Iterator[Row]:
        """The rows that the leaves on `id` leave over, so that a page by id costs a page."""
        after, before = 0, None
        if not any(isinstance(item, str) for item in domain):
            for name, operator, value in domain:
                if name != "id":
                    continue
                if operator in ("in", "=") and value:
                    ids = sorted(set(value)) if isinstance(value, list) else [value]
                    yield from (row for one in ids if (row := self.record(model, one)) is not None)
                    return
                if operator in (">", ">=") and isinstance(value, int):
                    after = max(after, value if operator == ">" else value - 1)
                if operator in ("<", "<=") and isinstance(value, int):
                    before = value + (operator == "<=") if before is None else min(before, value + (operator == "<="))
        for row in self.database.rows(model, after):
            if before is not None and int(str(row["id"])) >= before:
                return
            yield self._module(row) if model == "ir.module.module" else row

    def _module(self, row: Row) -> Row:
        is_off = row["name"] == "sale_crm" and self.database.knobs.without_sale
        return {**row, "state": "uninstalled"} if is_off else row

    def names(self, model: str, asked: list[str] | None) -> list[str]:
        """The fields to show, `id` always among them. Raises OdooError for one that there isn't."""
        known = self.fields(model)
        for name in asked or ():
            if name not in known:
                if (model, name) in ADMINISTRATORS_FIELDS and name in schema.fields(model, self.version):
                    raise denied(self.version, "Message", model)
                raise invalid_field(self.version, model, name)
        return list(dict.fromkeys(("id", *(asked or known))))

    def shown(self, model: str, row: Row, names: list[str], load: str | None = LABELLED) -> dict[str, Any]:
        """A row as JSON: false for what is missing, references with their label unless `load` is another one."""
        known = self.fields(model)
        return {name: self._value(known[name], self.value(model, row, name), load) for name in names}

    def _value(self, field: Field, value: Any, load: str | None) -> Any:
        if field.type == "many2one" and value:
            if load != LABELLED:
                return value
            label = self.database.label(field.relation, value)
            if field.relation == "res.partner" and self.version >= JSON2_SINCE and label:
                label = self._company(value, label)
            return [value, label or False]
        if field.type == "datetime":
            return False if value is None else moment_text(value)
        if field.type in ("many2many", "one2many"):
            return list(value or ())
        if field.type in ("integer", "float", "monetary"):
            return value or (0 if field.type == "integer" else 0.0)
        return False if value is None else value

    def _company(self, partner: int, label: str) -> str:
        is_user = bool((self.database.record("res.partner", partner) or {}).get("user_ids"))
        return f"YourCompany, {label}" if is_user else label
