"""The methods of models: search, read, count, group, and what one may do, as one user of one database.

JSON-RPC and JSON-2 both end here, with arguments by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

from connectors.sandbox.odoo.errors import OdooError, denied
from connectors.sandbox.odoo.rows import LABELLED, Reader
from connectors.sandbox.odoo.words import Row

Rows = list[dict[str, Any]]
ADMINISTRATORS_ONLY: Final = frozenset(("mail.tracking.value",))
LABELS: Final = {"mail.tracking.value": "Mail Tracking Value"}
USERS_GROUPS: Final = frozenset(("base.group_user", "sales_team.group_sale_salesman_all_leads"))
ADMIN_GROUPS: Final = USERS_GROUPS | {"base.group_system", "base.group_erp_manager"}


class Query(Reader):
    """One user's calls of one database."""

    def call(self, model: str, method: str, named: Mapping[str, Any]) -> Any:
        """Carry out a method. Raises OdooError."""
        found: Callable[..., Any] | None = METHODS.get(method)
        if found is None:
            raise AttributeError(method)
        if model in ADMINISTRATORS_ONLY and not self.is_admin and method not in ("check_access_rights", "has_access"):
            raise denied(self.version, LABELS[model], model)
        try:
            return found(self, model, **named)
        except TypeError as error:
            raise OdooError("builtins.TypeError", str(error).replace("Query.", f"{model}.")) from error

    def search(
        self,
        model: str,
        domain: list[Any],
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> list[int]:
        """Ids of matching rows."""
        return [int(str(row["id"])) for row in self.found(model, domain, offset, limit, order, context)]

    def search_count(
        self, model: str, domain: list[Any], limit: int | None = None, context: Mapping[str, Any] | None = None
    ) -> int:
        """How many rows match."""
        return sum(1 for _ in islice(self.matching(model, domain, context, readable=True), limit))

    def search_read(
        self,
        model: str,
        domain: list[Any] | None = None,
        fields: list[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        load: str | None = LABELLED,
        context: Mapping[str, Any] | None = None,
    ) -> Rows:
        """Matching rows. What may not be read is left out after LIMIT, so a page may be short, or empty."""
        names = self.names(model, fields)
        return [
            self.shown(model, row, names, load)
            for row in self.found(model, domain or [], offset, limit, order, context)
        ]

    def read(
        self,
        model: str,
        ids: list[int] | int,
        fields: list[str] | None = None,
        load: str | None = LABELLED,
        context: Mapping[str, Any] | None = None,  # noqa: ARG002 - Odoo takes it, archived or not makes no difference
    ) -> Rows:
        """Rows by id; deleted ones are left out without a word."""
        names = self.names(model, fields)
        wanted = [ids] if isinstance(ids, int) else ids
        rows = (self.record(model, identifier) for identifier in wanted)
        return [self.shown(model, row, names, load) for row in rows if row is not None and not row.get("is_unreadable")]

    def fields_get(
        self,
        model: str,
        allfields: list[str] | None = None,
        attributes: list[str] | None = None,
        context: Mapping[str, Any] | None = None,  # noqa: ARG002 - the language is always English here
    ) -> dict[str, dict[str, Any]]:
        """What the fields are like."""
        told: dict[str, dict[str, Any]] = {}
        for name, field in self.fields(model).items():
            if allfields and name not in allfields:
                continue
            about = {"type": field.type, "string": field.string, "store": field.store, "readonly": field.readonly}
            about |= {"required": field.required, "name": name, "searchable": True, "sortable": field.store}
            if field.relation:
                about["relation"] = field.relation
            if field.type == "selection":
                about["selection"] = []
            told[name] = {key: value for key, value in about.items() if not attributes or key in attributes}
        return told

    def read_group(
        self,
        model: str,
        domain: list[Any],
        fields: list[str],
        groupby: list[str] | str,
        context: Mapping[str, Any] | None = None,
        **_: object,
    ) -> Rows:
        """Counts and sums by one field."""
        by = groupby if isinstance(groupby, str) else groupby[0]
        self.names(model, [by])
        groups: dict[Any, list[Row]] = {}
        for row in self.matching(model, domain, context, readable=True):
            groups.setdefault(row.get(by), []).append(row)
        sums = [name.partition(":")[0] for name in fields]
        answer: Rows = []
        for key, rows in sorted(groups.items(), key=lambda pair: str(pair[0])):
            shown = self.shown(model, rows[0], [by])[by]
            group: dict[str, Any] = {by: shown, f"{by}_count": len(rows)}
            group |= {name: round(sum(float(str(row[name] or 0)) for row in rows), 2) for name in sums if name != by}
            answer.append({**group, "__fold": False, "__domain": [[by, "=", key], *domain]})
        return answer

    def check_access_rights(
        self,
        model: str,
        operation: str,
        raise_exception: bool = True,
        context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bool:
        """Whether the user may read (or write, which nobody may here)."""
        allowed = operation == "read" and (self.is_admin or model not in ADMINISTRATORS_ONLY)
        if not allowed and raise_exception:
            raise denied(self.version, LABELS.get(model, model), model)
        return allowed

    def has_access(
        self,
        model: str,
        operation: str,
        ids: list[int] | None = None,  # noqa: ARG002 - no rules by record here
        context: Mapping[str, Any] | None = None,
    ) -> bool:
        """The same, from version 18 on."""
        return self.check_access_rights(model, operation, raise_exception=False, context=context)

    def has_group(
        self,
        model: str,  # noqa: ARG002 - of res.users only
        group_ext_id: str | None = None,
        ids: list[int] | None = None,  # noqa: ARG002 - a user asks for itself
        context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bool:
        """Whether the user is in a group."""
        return group_ext_id in (ADMIN_GROUPS if self.is_admin else USERS_GROUPS)

    def context_get(self, model: str, context: Mapping[str, Any] | None = None) -> dict[str, Any]:  # noqa: ARG002
        """The user's own context."""
        return {"lang": "en_US", "tz": "Europe/Berlin", "uid": self.uid}


Method = Callable[..., Any]
METHODS: Final[Mapping[str, Method]] = {
    "search": Query.search,
    "search_count": Query.search_count,
    "search_read": Query.search_read,
    "read": Query.read,
    "fields_get": Query.fields_get,
    "read_group": Query.read_group,
    "check_access_rights": Query.check_access_rights,
    "has_access": Query.has_access,
    "has_group": Query.has_group,
    "context_get": Query.context_get,
}
POSITIONAL: Final = {
    "search": ("domain", "offset", "limit", "order"),
    "search_count": ("domain", "limit"),
    "search_read": ("domain", "fields", "offset", "limit", "order"),
    "read": ("ids", "fields", "load"),
    "fields_get": ("allfields", "attributes"),
    "read_group": ("domain", "fields", "groupby"),
    "check_access_rights": ("operation", "raise_exception"),
    "has_access": ("ids", "operation"),
    "has_group": ("group_ext_id",),
    "context_get": (),
}
"""The order in which JSON-RPC gives what has no name."""
