"""`python -m connectors.sandbox`: simulated CRM accounts on this machine, until Ctrl-C.

Only the command line; what is answered stands in each CRM's folder.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import click
import orjson

from connectors.sandbox.faults import Faults
from connectors.sandbox.handle import Sandbox
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.world import KEPT_STORIES

CRMS: Final = ("hubspot", "salesforce", "pipedrive", "odoo")
PACKAGE: Final = "connectors.sandbox"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--crm", default=CRMS[0], show_default=True, type=click.Choice(CRMS), help="Whose API to speak.")
@click.option("--seed", default=7, show_default=True, help="Which organisation; the same seed tells the same stories.")
@click.option("--deals", default=500, show_default=True, type=click.IntRange(min=1), help="How many deals.")
@click.option("--accounts", default=1, show_default=True, type=click.IntRange(1, 100), help="Accounts; seeds count up.")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--token", default="sandbox-token", show_default=True, help="The account's secret; more get -2, -3 …")
@click.option("--keep", default=KEPT_STORIES, show_default=True, help="Stories held in memory per account, 4 kB each.")
@click.option("--limits", is_flag=True, help="Count requests as strictly as the CRM does.")
@click.option("--knob", "turned", multiple=True, metavar="NAME=VALUE", help="e.g. latency_seconds=0.15 (repeatable).")
def main(
    crm: str,
    seed: int,
    deals: int,
    accounts: int,
    port: int,
    token: str,
    keep: int,
    limits: bool,
    turned: tuple[str, ...],
) -> None:
    """Serve simulated CRM accounts on this machine until Ctrl-C."""
    kind: Any = _part(crm, "knobs").Knobs
    knobs: Faults = kind.faithful() if limits else kind()
    try:
        knobs = knobs.changed(dict(_value(text) for text in turned))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    names = [token if number == 0 else f"{token}-{number + 1}" for number in range(accounts)]
    organisations = {name: Organisation(seed + number, deals) for number, name in enumerate(names)}
    start: Callable[..., Sandbox[Any]] = _part(crm, "server").start_sandbox
    try:
        sandbox = start(organisations, knobs, port=port, keep=keep)
    except OSError as error:
        raise click.ClickException(f"port {port} can't be used ({error.strerror}); take another, or 0") from error
    now = next(iter(organisations.values())).now
    click.echo(sandbox.url)
    for variable, value in _credentials(crm, sandbox.url, names).items():
        click.echo(f"{variable}={value}")
    click.echo(f"{accounts} {crm} account(s) of {deals} deals as of {now.isoformat()}; Ctrl-C ends", err=True)
    sys.stdout.flush()
    with sandbox:
        try:
            sandbox.wait()
        except KeyboardInterrupt:
            click.echo("closed", err=True)


def _part(crm: str, name: str) -> Any:
    """A module of a CRM's folder: they all have the same ones."""
    return import_module(f"{PACKAGE}.{crm}.{name}")


def _credentials(crm: str, url: str, tokens: list[str]) -> dict[str, str]:
    """What opens the accounts, by the names that an entry of connections.yml would use; several side by side."""
    variables = [_part(crm, "entry").connection_entry(url, token, crm.upper())[1] for token in tokens]
    return {name: " ".join(each[name] for each in variables) for name in variables[0]}


def _value(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--knob {text} has no value; write NAME=VALUE")
    try:
        return name, orjson.loads(value)
    except orjson.JSONDecodeError:
        return name, value


if __name__ == "__main__":
    main()
