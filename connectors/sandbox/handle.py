"""A running simulated CRM as demos and tests hold it: its address, its accounts' truth, edits, knobs and counters.

The same for every CRM. Sockets are `serving`'s; what is answered stands in each CRM's folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

import orjson

from connectors.sandbox import edits
from connectors.sandbox.serving import Face, LoopbackServer
from connectors.sandbox.wire import Answer, RefusedError
from connectors.sandbox.world import World

W = TypeVar("W", bound=World)
W_co = TypeVar("W_co", bound=World, covariant=True)
OWN = "/_sandbox/"
"""Paths of the sandbox itself: knobs, edits and counters, for servers in another process."""


class App(Face, Protocol[W_co]):
    """A face with several accounts, each known by its token (whatever the CRM calls what opens the door)."""

    @property
    def worlds(self) -> Mapping[str, W_co]:
        """Each account's deals, by token."""

    def turn(self, token: str | None, changes: dict[str, Any]) -> None:
        """Turn knobs of one account, or of all. Raises ValueError for an unknown knob."""

    def knobs(self, token: str) -> Any:
        """The account's knobs, a dataclass."""

    def stats(self, token: str) -> dict[str, Any]:
        """`requests`, `bytes` and requests `by_kind` so far."""


class Sandbox(Generic[W]):
    """Running accounts. Use it as a context manager, or call `close`."""

    def __init__(self, app: App[W], port: int = 0) -> None:
        self.app = app
        self._server = LoopbackServer(app, port)
        self.url = self._server.url

    def portal(self, token: str) -> W:
        """The account of a token: its stories and truth."""
        return self.app.worlds[token]

    def apply(self, token: str, edit: edits.Edit) -> str:
        """Carry out an edit; returns the id of the deal that stands for the result."""
        return edits.apply(self.portal(token), edit)

    def touch_everything(self, token: str) -> None:
        """All deals of an account get one modification date, as after an edit of their pipeline."""
        self.portal(token).touch_everything()

    def turn(self, token: str | None = None, **knobs: Any) -> None:
        """Turn knobs of one account, or of all."""
        self.app.turn(token, knobs)

    def stats(self, token: str) -> dict[str, Any]:
        """Requests and bytes so far, and requests by kind."""
        return self.app.stats(token)

    def wait(self) -> None:
        """Serve until interrupted."""
        self._server.wait()

    def close(self) -> None:
        """Stop serving and let hanging answers go."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def own(app: App[Any], path: str, body: bytes) -> Answer:
    """/_sandbox/knobs and /_sandbox/edits change accounts (all, or that of "token"); /_sandbox/stats counts."""
    try:
        asked = orjson.loads(body or b"{}")
        token = asked.pop("token", None)
        if path == OWN + "knobs":
            app.turn(token, asked)
            return Answer(200, {name: _plain(app.knobs(name)) for name in app.worlds})
        if path == OWN + "edits":
            return Answer(200, {"id": edits.apply(app.worlds[str(token)], edits.from_json(asked))})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefusedError(Answer(400, {"status": "error", "message": str(error)})) from error
    if path == OWN + "stats":
        return Answer(200, {name: app.stats(name) for name in app.worlds})
    raise RefusedError(Answer(404, {"status": "error", "message": f"the sandbox has no {path}"}))


def _plain(knobs: Any) -> Any:
    return asdict(knobs) if is_dataclass(knobs) and not isinstance(knobs, type) else knobs
