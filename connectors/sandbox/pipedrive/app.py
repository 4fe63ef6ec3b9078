"""Routes a request to its answer. Knows no sockets: those are `connectors.sandbox.serving`'s."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from connectors.sandbox.handle import OWN, own
from connectors.sandbox.pipedrive import deals, feed, fields, history, metadata
from connectors.sandbox.pipedrive.accounts import Account, Accounts
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.costs import split
from connectors.sandbox.pipedrive.errors import broken, forbidden, not_found
from connectors.sandbox.pipedrive.knobs import Knobs
from connectors.sandbox.wire import Answer, RefusedError, Request

TOKEN_PATHS: Final = ("/oauth/token", "/oauth/token/")
OF_ONE: Final = re.compile(r"/(deals|activities)/(\d+)(?:/(\w+))?")
Query = Mapping[str, str]
LISTS: Final[dict[tuple[str, str], Callable[[Company, Query], Answer]]] = {
    ("v2", "/deals"): lambda company, query: deals.deals(company, query, archived=False),
    ("v2", "/deals/archived"): lambda company, query: deals.deals(company, query, archived=True),
    ("v2", "/deals/products"): deals.products,
    ("v2", "/activities"): deals.activities,
    ("v2", "/stages"): lambda _, query: metadata.stages(query),
    ("v2", "/pipelines"): lambda _, query: metadata.pipelines(query),
    ("v2", "/dealFields"): lambda _, query: fields.fields(fields.DEAL_FIELDS, query),
    ("v1", "/dealFields"): lambda _, query: fields.fields_v1(fields.DEAL_FIELDS, query),
    ("v2", "/activityFields"): lambda _, query: fields.fields(fields.ACTIVITY_FIELDS, query),
    ("v1", "/activityFields"): lambda _, query: fields.fields_v1(fields.ACTIVITY_FIELDS, query),
    ("v1", "/currencies"): lambda *_: metadata.currencies(),
    ("v1", "/users"): lambda company, _: metadata.users(company),
    ("v1", "/users/me"): lambda company, _: metadata.me(company),
    ("v1", "/activityTypes"): lambda *_: metadata.activity_types(),
    ("v1", "/deals/summary"): lambda company, query: metadata.summary(company, query, archived=False),
    ("v1", "/deals/summary/archived"): lambda company, query: metadata.summary(company, query, archived=True),
}
ONES: Final[dict[tuple[str, str, str], Callable[[Company, int, Query], Answer]]] = {
    ("v2", "deals", ""): deals.deal,
    ("v2", "deals", "products"): lambda company, number, query: deals.products(company, query, number),
    ("v2", "activities", ""): lambda company, number, _: deals.activity(company, number),
    ("v1", "deals", "changelog"): history.changelog,
    ("v1", "deals", "flow"): feed.flow,
    ("v1", "deals", "mailMessages"): feed.mails,
    ("v1", "deals", "participants"): history.participants,
    ("v1", "deals", "participantsChangelog"): history.participants_changelog,
}


class App:
    """All endpoints over all accounts."""

    def __init__(self, companies: Mapping[str, Company], clock: Callable[[], float]) -> None:
        self.accounts = Accounts(companies, clock, self.answer)

    def enter(self, request: Request) -> Account | Answer:
        """Whose request it is; the sandbox's own paths and the token endpoint belong to nobody. Raises 401."""
        if request.path.startswith(OWN):
            return own(self, request.path, request.body)
        if request.path in TOKEN_PATHS and request.method == "POST":
            return self.accounts.refresh(request)
        return self.accounts.enter(request)

    def broken(self, message: str = "internal error") -> RefusedError:
        """Pipedrive's 500."""
        return broken(message)

    def answer(self, account: Account, request: Request) -> Answer:
        """The answer to an admitted request."""
        company, query = account.company, request.query
        version, path = split(request.path)
        if path.rsplit("/", 1)[-1] in company.knobs.missing_rights:
            raise forbidden()
        if request.method == "GET":
            if listed := LISTS.get((version, path)):
                return listed(company, query)
            found = OF_ONE.fullmatch(path)
            if found and (one := ONES.get((version, found[1], found[3] or ""))):
                return one(company, int(found[2]), query)
        raise not_found("Resource")

    # -- the sandbox's own ------------------------------------------------------------------------------------

    @property
    def worlds(self) -> Mapping[str, Company]:
        """Each company by its token."""
        return {token: account.company for token, account in self.accounts.by_token.items()}

    def knobs(self, token: str) -> Knobs:
        """The company's knobs."""
        return self.accounts.by_token[token].company.knobs

    def turn(self, token: str | None, changes: dict[str, Any]) -> None:
        """Turn knobs of one company, or of all."""
        for account in [self.accounts.by_token[token]] if token else self.accounts.by_token.values():
            account.company.knobs = account.company.knobs.changed(changes)

    def stats(self, token: str) -> dict[str, Any]:
        """What has been asked of a company so far, and the tokens that it cost in all and on the present day."""
        account = self.accounts.by_token[token]
        limits = account.limits
        today = limits.spent_today(account.company.knobs)
        counted = {"requests": limits.requests, "bytes": limits.bytes, "by_kind": dict(limits.seen)}
        return {**counted, "tokens": limits.tokens, "tokens_today": today}
