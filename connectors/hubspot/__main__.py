"""The connector by itself: `python -m connectors.hubspot --probe`.

Here belongs its small command line. The product's own is `plumbline check`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.contract import ConnectorError
from connectors.hubspot.open import PUBLIC_ADDRESS, open_connector

_EXAMPLE = """example:
  HUBSPOT_TOKEN=... python -m connectors.hubspot --probe
  python -m connectors.hubspot --probe --token-env ACME_TOKEN --property budget_confirmed

Prints who the token belongs to, which objects it may read, and what is left of the day's quota.
Exit code 0: a night can run; 1: it can't, the last line says why.
"""


@dataclass(slots=True)
class _Settings:
    name: str
    base_url: str | None
    credentials: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)
    read_fields: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Probe an account; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m connectors.hubspot",
        description="Ask a HubSpot account what Plumbline may read of it.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--probe", action="store_true", required=True, help="ask the account; reads no deal")
    parser.add_argument("--base-url", default=PUBLIC_ADDRESS, help="address of the API (default: %(default)s)")
    parser.add_argument(
        "--token-env", default="HUBSPOT_TOKEN", metavar="NAME", help="variable with the token (default: %(default)s)"
    )
    parser.add_argument("--connection", default="hubspot", metavar="NAME", help="name used in messages")
    parser.add_argument(
        "--property", action="append", default=[], metavar="NAME", help="a further deal property to check (repeatable)"
    )
    given = parser.parse_args(arguments)
    settings = _Settings(given.connection, given.base_url, {"token": given.token_env}, read_fields=list(given.property))
    try:
        connector = open_connector(settings, os.environ, lambda: datetime.now(UTC))
        try:
            lines = connector.probe()
        finally:
            connector.close()
    except ConnectorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
