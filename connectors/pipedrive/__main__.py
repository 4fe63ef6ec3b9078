"""The connector by itself: `python -m connectors.pipedrive --probe`.

Here belongs its small command line. The product's own is `plumbline check`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from connectors.pipedrive.connector import PipedriveConnector
from connectors.pipedrive.open import open_connector
from connectors.probing import ProbedEntry, probe_account

_EXAMPLE = """example:
  PIPEDRIVE_TOKEN=... python -m connectors.pipedrive --probe
  python -m connectors.pipedrive --probe --plan --token-env ACME_TOKEN

Prints who the token belongs to, what it may read, and what is left of the day's tokens; with --plan also what the first
sync will cost. Exit code 0: a night can run; 1: it can't, the last line says why.
"""


def _plan_lines(connector: PipedriveConnector) -> list[str]:
    return [
        f"{plan.stream}: {plan.calls:,} calls, {plan.tokens:,} tokens. {plan.remark}".strip()
        for plan in connector.plan()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Probe an account; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m connectors.pipedrive",
        description="Ask a Pipedrive account what Plumbline may read of it.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--probe", action="store_true", required=True, help="ask the account; costs some 150 tokens")
    parser.add_argument("--plan", action="store_true", help="estimate the first sync, too; some 140 tokens more")
    parser.add_argument("--base-url", help="address of the company's API (default: the public one)")
    parser.add_argument(
        "--token-env", default="PIPEDRIVE_TOKEN", metavar="NAME", help="variable with the token (default: %(default)s)"
    )
    parser.add_argument("--connection", default="pipedrive", metavar="NAME", help="name used in messages")
    parser.add_argument(
        "--field", action="append", default=[], metavar="KEY", help="a further deal field to check (repeatable)"
    )
    given = parser.parse_args(arguments)
    entry = ProbedEntry(given.connection, given.base_url, {"token": given.token_env}, read_fields=list(given.field))
    return probe_account(open_connector, entry, _plan_lines if given.plan else lambda _: [])


if __name__ == "__main__":
    sys.exit(main())
