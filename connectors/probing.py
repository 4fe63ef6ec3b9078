"""A connector by itself, as `python -m connectors.KIND --probe` asks an account what may be read of it.

Here belongs what the kinds' small command lines share. Their arguments are in each package's `__main__.py`; the
product's own command is `plumbline check`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from connectors.contract import Clock, ConnectorError


@dataclass(slots=True)
class ProbedEntry:
    """What an entry of connections.yml would say, from a command line."""

    name: str
    base_url: str | None
    credentials: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)
    read_fields: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


class Probed(Protocol):
    """What is asked of a connector here."""

    def probe(self) -> list[str]:
        """Lines for the operator."""

    def close(self) -> None:
        """Let go of the network."""


ConnectorT = TypeVar("ConnectorT", bound=Probed)


def probe_account(
    opener: Callable[[ProbedEntry, Mapping[str, str], Clock], ConnectorT],
    entry: ProbedEntry,
    more: Callable[[ConnectorT], list[str]] = lambda _: [],
) -> int:
    """Print what the account says, or why it doesn't; returns the exit code."""
    try:
        connector = opener(entry, os.environ, lambda: datetime.now(UTC))
        try:
            lines = [*connector.probe(), *more(connector)]
        finally:
            connector.close()
    except ConnectorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0
