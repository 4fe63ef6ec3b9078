"""The connector by itself: `python -m connectors.odoo --probe`.

Here belongs its small command line. The product's own is `plumbline check`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from connectors.odoo.open import open_connector
from connectors.probing import ProbedEntry, probe_account

_EXAMPLE = """example:
  ODOO_LOGIN=... ODOO_API_KEY=... python -m connectors.odoo --probe --base-url https://yourcompany.odoo.com
  python -m connectors.odoo --probe --base-url https://odoo.example.com --database main --password-env ODOO_PASSWORD

Prints the version, who the key belongs to, which objects may be read and how to mend what may not.
Exit code 0: a night can run; 1: it can't, the last line says why.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Probe an account; returns the exit code."""
    given = _parser().parse_args(arguments)
    secret = {"password": given.password_env} if given.password_env else {"api_key": given.key_env}
    login = {"login": given.login_env} if os.environ.get(given.login_env) else {}
    options = {"protocol": given.protocol, **({"database": given.database} if given.database else {})}
    entry = ProbedEntry(
        given.connection, given.base_url, {**login, **secret}, read_fields=list(given.field), options=options
    )
    return probe_account(open_connector, entry)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m connectors.odoo",
        description="Ask an Odoo what Plumbline may read of it.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--probe", action="store_true", required=True, help="ask the account; reads no deal")
    parser.add_argument("--base-url", required=True, metavar="URL", help="address of the Odoo")
    parser.add_argument("--database", metavar="NAME", help="the database, where the server holds several")
    parser.add_argument(
        "--protocol", default="auto", choices=("auto", "jsonrpc", "json2"), help="default: by the version"
    )
    variable = "variable with the {} (default: %(default)s)"
    parser.add_argument("--login-env", default="ODOO_LOGIN", metavar="NAME", help=variable.format("login"))
    parser.add_argument("--key-env", default="ODOO_API_KEY", metavar="NAME", help=variable.format("API key"))
    parser.add_argument("--password-env", metavar="NAME", help="variable with a password, instead of a key")
    parser.add_argument("--connection", default="odoo", metavar="NAME", help="name used in messages")
    parser.add_argument(
        "--field", action="append", default=[], metavar="NAME", help="a further field of leads to check (repeatable)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
