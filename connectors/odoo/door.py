"""The two doors of an Odoo, JSON-RPC and JSON-2, and choosing the one that its version keeps.

Here belongs how a method of a model is called and who calls. Which methods, and what answers mean, is api.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from connectors.contract import BadAnswer, BadInput, ConnectorError, CredentialsError
from connectors.http.redact import Secret
from connectors.http.session import HttpSession
from connectors.odoo.options import Protocol as Choice

JSON2_SINCE = 19
RPC = "/jsonrpc"


@dataclass(frozen=True, slots=True)
class Who:
    """Whose credentials these are; `login` and `database` are JSON-RPC's, JSON-2 needs the secret alone."""

    secret: Secret
    is_api_key: bool
    secret_place: str
    login: str | None = None
    database: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What Odoo calls its version (`17.0`, `saas~18.2+e`), and the number that decides."""

    text: str
    major: int


class Door(Protocol):
    """Calls methods of models as one user."""

    name: str

    def call(self, model: str, method: str, named: Mapping[str, Any]) -> Any:
        """What the method returns. Raises ConnectorError."""

    def user_id(self) -> int | None:
        """The id of the user behind the credentials, where it is told. Raises CredentialsError."""


class Json2Door:
    """Odoo 19 and later: an address per method, arguments by name, a bearer key."""

    name = "JSON-2"

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def call(self, model: str, method: str, named: Mapping[str, Any]) -> Any:
        """POST to the method's address."""
        return self._session.post(f"/json/2/{model}/{method}", dict(named))

    def user_id(self) -> int | None:
        """By the user's own context."""
        context = self.call("res.users", "context_get", {})
        uid = context.get("uid") if isinstance(context, dict) else None
        return uid if isinstance(uid, int) else None


class RpcDoor:
    """Odoo 14 to 18 (and for some years later ones): one address, credentials in the body of every call.

    So no body of ours is ever part of an error or a log.
    """

    name = "JSON-RPC"

    def __init__(self, session: HttpSession, who: Who) -> None:
        self._session, self._who = session, who
        self._lock = Lock()
        self._uid: int | None = None
        self._database: str | None = who.database

    def call(self, model: str, method: str, named: Mapping[str, Any]) -> Any:
        """execute_kw; a domain goes first and by position, as all versions take it."""
        uid = self.user_id()
        positional = [named["domain"]] if "domain" in named else []
        rest = {name: value for name, value in named.items() if name != "domain"}
        secret = self._who.secret.reveal()
        return rpc(self._session, "object", "execute_kw", self._database, uid, secret, model, method, positional, rest)

    def user_id(self) -> int:
        """Log in once. Odoo answers a wrong password with `false` and status 200."""
        with self._lock:
            if self._uid is None:
                self._database = self._database or self._only_database()
                login, secret = self._who.login, self._who.secret.reveal()
                uid = rpc(self._session, "common", "authenticate", self._database, login, secret, {})
                if not isinstance(uid, int) or isinstance(uid, bool):
                    raise CredentialsError(
                        f"{self._session.account}: Odoo refused the credentials (database {self._database!r}). Put "
                        f"the user's login and a valid API key or password into {self._who.secret_place}."
                    )
                self._uid = uid
            return self._uid

    def _only_database(self) -> str:
        try:
            names = rpc(self._session, "db", "list")
        except ConnectorError as error:
            if error.retryable:
                raise
            names = []
        if isinstance(names, list) and len(names) == 1:
            return str(names[0])
        raise BadInput(
            f"{self._session.account}: Odoo doesn't say which database is meant; write `database: NAME` under "
            "`options` of the connection in connections.yml"
        )


def rpc(session: HttpSession, service: str, method: str, *arguments: Any) -> Any:
    """One JSON-RPC call; its errors are told by the session's dialect."""
    question = {"service": service, "method": method, "args": list(arguments)}
    body = session.post(RPC, {"jsonrpc": "2.0", "method": "call", "id": 1, "params": question})
    if not isinstance(body, dict) or "result" not in body:
        raise BadAnswer(f"{session.account}: {session.base_url}{RPC} answered without a result")
    return body["result"]


def read_version(session: HttpSession) -> Version:
    """The server's version, which it tells to everybody, at the newer address or the older one."""
    ways: tuple[Callable[[], Any], ...] = (
        lambda: session.get("/web/version"),
        lambda: rpc(session, "common", "version"),
    )
    for ask in ways:
        try:
            told = ask()
        except ConnectorError as error:
            if error.retryable and not isinstance(error, BadAnswer):
                raise
            continue
        text = (told.get("version") or told.get("server_version")) if isinstance(told, dict) else None
        number = re.search(r"\d+", text) if isinstance(text, str) else None
        if isinstance(text, str) and number:
            return Version(text, int(number.group()))
    raise BadAnswer(
        f"{session.account}: {session.base_url} tells no Odoo version; is it the address of an Odoo, without /web or "
        "/odoo behind it? If it hides its version, write `protocol: jsonrpc` or `protocol: json2` under `options`."
    )


class Doorway:
    """Opens the right door at the first call."""

    def __init__(self, public: HttpSession, bearer: HttpSession, who: Who, choice: Choice) -> None:
        self.session = public
        self._bearer, self._who, self._choice = bearer, who, choice
        self._lock = Lock()
        self._door: Door | None = None
        self._version: Version | None = None

    def version(self) -> Version:
        """Asked once."""
        with self._lock:
            return self._read_version()

    def door(self) -> Door:
        """The door that the version keeps, or the one that was chosen."""
        with self._lock:
            if self._door is None:
                self._door = self._opened()
            return self._door

    def close(self) -> None:
        """Close both sessions."""
        self.session.close()
        self._bearer.close()

    def _read_version(self) -> Version:
        if self._version is None:
            self._version = read_version(self.session)
        return self._version

    def _opened(self) -> Door:
        if self._choice == "json2" or (self._choice == "auto" and self._who.is_api_key and self._takes_json2()):
            return Json2Door(self._bearer)
        if self._who.login is None:
            raise BadInput(
                f"connections.yml, {self.session.account}, credentials: JSON-RPC (Odoo up to 18) needs `login: "
                "NAME_OF_A_VARIABLE` beside the API key"
            )
        return RpcDoor(self.session, self._who)

    def _takes_json2(self) -> bool:
        return self._read_version().major >= JSON2_SINCE
