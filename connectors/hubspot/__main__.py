"""The connector by itself: `python -m connectors.hubspot --probe`.

Here belongs its small command line. The product's own is `plumbline check`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from connectors.hubspot.open import PUBLIC_ADDRESS, open_connector
from connectors.probing import ProbedEntry, probe_account

_EXAMPLE = """example:
  HUBSPOT_TOKEN=... python -m connectors.hubspot --probe
  python -m connectors.hubspot --probe --token-env ACME_TOKEN --property budget_confirmed

Prints who the token belongs to, which objects it may read, and what is left of the day's quota.
Exit code 0: a night can run; 1: it can't, the last line says why.
"""


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
    entry = ProbedEntry(given.connection, given.base_url, {"token": given.token_env}, read_fields=list(given.property))
    return probe_account(open_connector, entry)


if __name__ == "__main__":
    sys.exit(main())
