"""HubSpot's endpoints as methods: each sends one request and checks the shape of the answer.

Here belong paths, parameters and page shapes. What to ask in which order is the readers'.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.contract import BadAnswer
from connectors.http.session import HttpSession
from connectors.hubspot.catalogue import ObjectKind, Pair
from connectors.hubspot.records import Object

SEARCH = "search"
"""The lane of the search, which has its own limit for the whole account."""
SEARCH_PAGE = 200
ASSOCIATIONS_PAGE = 1000
OWNERS_PAGE = 500


@dataclass(frozen=True, slots=True)
class Answered:
    """Objects of one page, the cursor of the next (None: there is none), and the search's total."""

    objects: list[Object]
    after: str | None = None
    total: int | None = None

    def keys(self) -> Iterator[Hashable]:
        """What tells this page from another one."""
        return ((thing["id"], str(thing.get("updatedAt"))) for thing in self.objects)


class HubSpotApi:
    """The endpoints that we use, on one account."""

    def __init__(self, session: HttpSession) -> None:
        self.session = session

    def list_objects(self, kind: ObjectKind, after: str | None, *, archived: bool) -> Answered:
        """One page of all objects, with history where the kind has one."""
        params = {"limit": str(kind.page_size), "archived": _flag(archived), "properties": ",".join(kind.properties)}
        if kind.history:
            params["propertiesWithHistory"] = ",".join(kind.history)
        return self._page(f"/crm/v3/objects/{kind.name}", params, after)

    def list_ids(self, kind: str, after: str | None, *, limit: int = 100) -> Answered:
        """One page of live objects with no property but the id."""
        params = {"limit": str(limit), "archived": "false", "properties": "hs_object_id"}
        return self._page(f"/crm/v3/objects/{kind}", params, after)

    def search(
        self,
        kind: str,
        filters: Sequence[Mapping[str, Any]],
        *,
        sort: str,
        properties: Sequence[str],
        descending: bool = False,
        limit: int = SEARCH_PAGE,
        after: str | None = None,
    ) -> Answered:
        """One page of a search. Results may be minutes behind what list and batch/read say."""
        question: dict[str, Any] = {
            "filterGroups": [{"filters": list(filters)}] if filters else [],
            "sorts": [{"propertyName": sort, "direction": "DESCENDING" if descending else "ASCENDING"}],
            "properties": list(properties),
            "limit": limit,
        }
        if after is not None:
            question["after"] = after
        path = f"/crm/v3/objects/{kind}/search"
        body = self.session.post(path, question, lane=SEARCH)
        return Answered(self._objects(path, body), _after(body), self._total(path, body))

    def batch_read(self, kind: ObjectKind, ids: Sequence[str]) -> list[Object]:
        """These objects, with history where the kind has one; ids that are gone are simply absent."""
        path = f"/crm/v3/objects/{kind.name}/batch/read"
        question: dict[str, Any] = {"inputs": [{"id": i} for i in ids], "properties": list(kind.properties)}
        if kind.history:
            question["propertiesWithHistory"] = list(kind.history)
        return self._objects(path, self.session.post(path, question))

    def associations(self, pair: Pair, inputs: Sequence[Mapping[str, str]]) -> list[Object]:
        """Associations of up to 1,000 objects; those without any are absent from the answer."""
        path = f"/crm/v4/associations/{pair.source}/{pair.target}/batch/read"
        body = self.session.post(path, {"inputs": list(inputs)})
        return self._results(path, body)

    def pipelines(self) -> list[Object]:
        """All deal pipelines with their stages."""
        path = "/crm/v3/pipelines/deals"
        return self._objects(path, self.session.get(path))

    def pipeline_audit(self, pipeline: str) -> list[Object]:
        """What was done to a pipeline and its stages, each with the object as it then was."""
        path = f"/crm/v3/pipelines/deals/{quote(pipeline, safe='')}/audit"
        return self._results(path, self.session.get(path))

    def stage_audit(self, pipeline: str, stage: str) -> list[Object]:
        """What was done to one stage, also to one that is no more."""
        path = f"/crm/v3/pipelines/deals/{quote(pipeline, safe='')}/stages/{quote(stage, safe='')}/audit"
        return self._results(path, self.session.get(path))

    def pipeline_rules(self, pipeline: str) -> Object:
        """The rules that the account itself set for a deal pipeline (beta)."""
        path = f"/crm/pipelines-rules/2026-09-beta/0-3/{quote(pipeline, safe='')}"
        body = self.session.get(path)
        if not isinstance(body, dict):
            raise self.bad(path, "answered a list instead of the pipeline's rules")
        return body

    def owners(self, after: str | None, *, archived: bool) -> Answered:
        """One page of owners."""
        return self._page("/crm/v3/owners", {"limit": str(OWNERS_PAGE), "archived": _flag(archived)}, after)

    def property_names(self, kind: str) -> set[str]:
        """The names of all properties that the account has for an object."""
        path = f"/crm/v3/properties/{kind}"
        return {str(item.get("name")) for item in self._results(path, self.session.get(path, {"archived": "false"}))}

    def account(self) -> Object:
        """The account's portal id, time zone and currency."""
        path = "/account-info/v3/details"
        body = self.session.get(path)
        if not isinstance(body, dict):
            raise self.bad(path, "answered a list instead of the account's details")
        return body

    def bad(self, path: str, what: str) -> BadAnswer:
        """A BadAnswer that names account and path."""
        return BadAnswer(f"{self.session.account}: {self.session.base_url}{path} {what}")

    def _page(self, path: str, params: dict[str, str], after: str | None) -> Answered:
        body = self.session.get(path, params if after is None else {**params, "after": after})
        return Answered(self._objects(path, body), _after(body))

    def _objects(self, path: str, body: Any) -> list[Object]:
        objects = self._results(path, body)
        for thing in objects:
            if not isinstance(thing.get("id"), str) or not thing["id"]:
                raise self.bad(path, "gave an object without an id")
        return objects

    def _results(self, path: str, body: Any) -> list[Object]:
        results = body.get("results") if isinstance(body, dict) else None
        if not isinstance(results, list) or not all(isinstance(thing, dict) for thing in results):
            raise self.bad(path, "answered without its list of results")
        return results

    def _total(self, path: str, body: Any) -> int:
        total = body.get("total")
        if not isinstance(total, int):
            raise self.bad(path, "answered without its total")
        return total


def _after(body: Any) -> str | None:
    paging = body.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return None if after is None or after == "" else str(after)


def _flag(value: bool) -> str:
    return "true" if value else "false"
