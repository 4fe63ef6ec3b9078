"""Pipedrive's endpoints as methods: each call is paid in tokens, sent, and its answer's shape checked.

Here belong parameters and page shapes. What to ask in which order is the readers'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from connectors.contract import BadAnswer
from connectors.http.paging import Onward
from connectors.http.session import HttpSession
from connectors.pipedrive import costs
from connectors.pipedrive.budget import TokenBudget

Object = Mapping[str, Any]
PAGE = 500
"""The most objects in one answer of a list with a cursor."""
IDS_AT_ONCE = 100
"""The most ids in one question."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Objects of one page and the cursor of the next (None: there is none). `anew`: the list was begun once more."""

    things: list[Object]
    cursor: str | None = None
    anew: bool = False


class PipedriveApi:
    """The endpoints that we use, on one account."""

    def __init__(self, session: HttpSession, budget: TokenBudget) -> None:
        self.session, self.budget = session, budget

    def page(self, endpoint: str, params: Mapping[str, str], cursor: str | None, *, deal: int | None = None) -> Listed:
        """One page of a list with a cursor."""
        asked = {**params, "limit": str(PAGE)}
        body = self._get(endpoint, asked if cursor is None else {**asked, "cursor": cursor}, deal)
        more = body.get("additional_data")
        following = more.get("next_cursor") if isinstance(more, Mapping) else None
        return Listed(self._things(endpoint, body), None if following in (None, "") else str(following))

    def whole(self, endpoint: str, params: Mapping[str, str] | None = None, *, deal: int | None = None) -> list[Object]:
        """All pages of a short list."""
        things: list[Object] = []
        cursor: str | None = None
        onward = Onward(partial(self.bad, endpoint))
        while True:
            listed = self.page(endpoint, params or {}, cursor, deal=deal)
            things += listed.things
            cursor = listed.cursor
            onward.check(cursor, map(orjson.dumps, listed.things))
            if cursor is None:
                return things

    def mails(self, deal: int) -> list[Object]:
        """All messages of a deal, without their bodies. The only list of ours that counts its pages by offset."""
        messages: list[Object] = []
        start = 0
        onward = Onward(partial(self.bad, costs.MAILS), str(start))
        while True:
            body = self._get(costs.MAILS, {"start": str(start), "limit": "100", "include_body": "0"}, deal)
            found = [thing.get("data") or {} for thing in self._things(costs.MAILS, body)]
            messages += found
            paging = (body.get("additional_data") or {}).get("pagination") or {}
            if not paging.get("more_items_in_collection"):
                onward.check(None, map(orjson.dumps, found))
                return messages
            following = paging.get("next_start")
            if not isinstance(following, int):
                raise self.bad(costs.MAILS, f"has more than {start} messages and does not say where they go on")
            onward.check(str(following), map(orjson.dumps, found))
            start = following

    def deals_by_id(self, endpoint: str, ids: Sequence[int], params: Mapping[str, str]) -> list[Object]:
        """These deals of the live or the archived list; what is not there is simply absent."""
        return self.whole(endpoint, {**params, "ids": ",".join(map(str, ids))})

    def users(self) -> list[Object]:
        """Everybody of the company, active or not."""
        return self._things(costs.USERS, self._get(costs.USERS, {}, None))

    def me(self) -> Object:
        """The user that the token belongs to, and the company."""
        return self._thing(costs.ME, self._get(costs.ME, {}, None))

    def total(self, endpoint: str) -> int:
        """How many deals a summary counts."""
        total = self._thing(endpoint, self._get(endpoint, {}, None)).get("total_count")
        if not isinstance(total, int):
            raise self.bad(endpoint, "answered without its total_count")
        return total

    def bad(self, endpoint: str, what: str) -> BadAnswer:
        """A BadAnswer that names account and path."""
        return BadAnswer(f"{self.session.account}: {self.session.base_url}{endpoint} {what}")

    def _get(self, endpoint: str, params: Mapping[str, str], deal: int | None) -> Object:
        path = endpoint if deal is None else endpoint.replace("{id}", str(deal))
        with self.budget.paid(costs.COSTS[endpoint]):
            body = self.session.get(path, params)
        if not isinstance(body, dict) or body.get("success") is not True:
            raise self.bad(path, "answered without `success: true`")
        return body

    def _things(self, endpoint: str, body: Object) -> list[Object]:
        # A list of v1 is null when it is empty.
        things = body.get("data", "absent")
        if things is None:
            return []
        if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
            raise self.bad(endpoint, "answered without its list of data")
        return things

    def _thing(self, endpoint: str, body: Object) -> Object:
        thing = body.get("data")
        if not isinstance(thing, dict):
            raise self.bad(endpoint, "answered without its data")
        return thing
