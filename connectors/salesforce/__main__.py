"""The connector by itself: `python -m connectors.salesforce --probe`.

Here belongs its small command line. The product's own is `plumbline check`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from connectors.probing import ProbedEntry, probe_account
from connectors.salesforce.open import EXAMPLE_ADDRESS, open_connector

_EXAMPLE = f"""example:
  SALESFORCE_CLIENT_ID=... SALESFORCE_CLIENT_SECRET=... \\
    python -m connectors.salesforce --probe --base-url {EXAMPLE_ADDRESS}
  python -m connectors.salesforce --probe --base-url {EXAMPLE_ADDRESS} \\
    --credential client_id=ACME_ID --credential username=ACME_USER --credential private_key=ACME_KEY

Prints who the credentials belong to, which objects and fields they may read, and what is left of the quota.
Exit code 0: a night can run; 1: it can't, the last line says why.
"""
_STANDARD = {"client_id": "SALESFORCE_CLIENT_ID", "client_secret": "SALESFORCE_CLIENT_SECRET"}


def _named(text: str) -> tuple[str, str]:
    name, sign, variable = text.partition("=")
    if not (name and sign and variable):
        raise argparse.ArgumentTypeError(f"{text!r} is not like client_id=NAME_OF_A_VARIABLE")
    return name, variable


def main(arguments: Sequence[str] | None = None) -> int:
    """Probe an org; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m connectors.salesforce",
        description="Ask a Salesforce org what Plumbline may read of it.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--probe", action="store_true", required=True, help="ask the org; counts rows and reads none")
    parser.add_argument("--base-url", required=True, metavar="URL", help="the org's My Domain address")
    parser.add_argument(
        "--credential",
        action="append",
        default=[],
        type=_named,
        metavar="WHAT=NAME",
        help="which variable holds client_id, client_secret, username, private_key, refresh_token or token "
        "(repeatable; default: client_id and client_secret in SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET)",
    )
    parser.add_argument("--connection", default="salesforce", metavar="NAME", help="name used in messages")
    parser.add_argument(
        "--field", action="append", default=[], metavar="NAME", help="a further field to check (repeatable)"
    )
    given = parser.parse_args(arguments)
    credentials = dict(given.credential) or _STANDARD
    entry = ProbedEntry(given.connection, given.base_url, credentials, read_fields=list(given.field))
    return probe_account(open_connector, entry)


if __name__ == "__main__":
    sys.exit(main())
