"""Routes a request to its answer. Knows no sockets: those are `connectors.sandbox.serving`'s."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from connectors.sandbox.faults import strikes
from connectors.sandbox.handle import OWN, own
from connectors.sandbox.salesforce import metadata
from connectors.sandbox.salesforce.accounts import Account, Accounts
from connectors.sandbox.salesforce.composite import together
from connectors.sandbox.salesforce.deleted import deleted
from connectors.sandbox.salesforce.errors import broken, malformed, not_found, query_timeout, refused
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.query import one
from connectors.sandbox.wire import Answer, RefusedError, Request

TOKEN_PATH: Final = "/services/oauth2/token"  # noqa: S105 - an address, no secret
DATA: Final = re.compile(r"/services/data/(v\d+\.0)(/.*)?")
VERSIONS: Final = tuple(f"v{number}.0" for number in metadata.VERSIONS)
LONGEST_ADDRESS: Final = 16_384


class App:
    """All endpoints over all accounts."""

    def __init__(self, orgs: Mapping[str, Org], clock: Callable[[], float]) -> None:
        self.accounts = Accounts(orgs, clock, self.answer)

    def enter(self, request: Request) -> Account | Answer:
        """Whose request it is; the sandbox's own paths, tokens and versions belong to nobody. Raises 401."""
        if request.path.startswith(OWN):
            return own(self, request.path, request.body)
        if request.path == TOKEN_PATH and request.method == "POST":
            return self.accounts.grant(request)
        if request.path.rstrip("/") == "/services/data":
            return metadata.versions()
        return self.accounts.enter(request.headers.get("authorization", ""))

    def broken(self, message: str = "internal error") -> RefusedError:
        """Salesforce's 500."""
        return broken(message)

    def answer(self, account: Account, request: Request) -> Answer:
        """The answer to an admitted request."""
        if len(request.path) + len(request.query_text) > LONGEST_ADDRESS:
            raise RefusedError(Answer(414, b"<h1>URI Too Long</h1>", content_type="text/html"))
        if request.path == "/services/oauth2/userinfo":
            return metadata.userinfo(account.org, request.headers.get("host", ""))
        found = DATA.fullmatch(request.path)
        if found is None or found[1] not in VERSIONS:
            raise not_found()
        version, rest = found[1], (found[2] or "").strip("/")
        if rest == "composite" and request.method == "POST":
            return together(parsed(request.body), request, lambda part: self.answer(account, part))
        if rest == "jobs/query" or rest.startswith("jobs/query/"):
            what = rest.removeprefix("jobs/query").strip("/")
            return account.jobs.answer(request.method, what, version, request.query, parsed(request.body))
        if request.method != "GET":
            raise refused(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed. Allowed are GET")
        return self._read(account, request, version, rest)

    def _read(self, account: Account, request: Request, version: str, rest: str) -> Answer:
        org, base = account.org, f"/services/data/{version}"
        head, _, tail = rest.partition("/")
        match head, tail:
            case "", "":
                return metadata.resources(base)
            case (("query" | "queryAll"), _):
                return self._query(account, request, version, head, tail)
            case "limits", "":
                return metadata.limits(org, account.used_today)
            case "sobjects", "":
                return metadata.sobjects(org, base)
            case "sobjects", _:
                return self._sobject(org, request, base, tail)
        raise not_found()

    @staticmethod
    def _query(account: Account, request: Request, version: str, word: str, locator: str) -> Answer:
        if strikes(account.org.knobs.query_timeout_every, account.requests):
            raise query_timeout()
        if locator:
            return account.queries.following(locator, version, request.headers)
        text = request.query.get("q")
        if not text:
            raise malformed("SOQL statements can not be empty or null")
        return account.queries.first(text, version, request.headers, with_deleted=word == "queryAll")

    @staticmethod
    def _sobject(org: Org, request: Request, base: str, rest: str) -> Answer:
        name, _, what = rest.partition("/")
        if what == "describe":
            return metadata.describe(org, name, base)
        if what == "deleted":
            return deleted(org, name, request.query)
        if not what:
            return metadata.basic(org, name, base)
        return one(org, name, what, request.query.get("fields", ""), base)

    # -- the sandbox's own ------------------------------------------------------------------------------------

    @property
    def worlds(self) -> Mapping[str, Org]:
        """Each org by its token."""
        return {token: account.org for token, account in self.accounts.by_token.items()}

    def knobs(self, token: str) -> Knobs:
        """The org's knobs."""
        return self.accounts.by_token[token].org.knobs

    def turn(self, token: str | None, changes: dict[str, Any]) -> None:
        """Turn knobs of one org, or of all."""
        for account in [self.accounts.by_token[token]] if token else self.accounts.by_token.values():
            account.org.turn(account.org.knobs.changed(changes))

    def stats(self, token: str) -> dict[str, Any]:
        """What has been asked of an org so far."""
        account = self.accounts.by_token[token]
        return {"requests": account.requests, "bytes": account.bytes, "by_kind": dict(account.seen)}


def parsed(body: bytes) -> dict[str, Any]:
    """A JSON object."""
    try:
        value = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise refused(400, "JSON_PARSER_ERROR", f"Unexpected character: {error}") from error
    if not isinstance(value, dict):
        raise refused(400, "JSON_PARSER_ERROR", "an object is expected")
    return value
