"""`python -m connectors.sandbox`: a simulated HubSpot account on this machine, until Ctrl-C.

Only the command line; the portals are `hubspot.server`'s.
"""

from __future__ import annotations

import sys

import click
import orjson

from connectors.sandbox.hubspot.knobs import Knobs
from connectors.sandbox.hubspot.server import start_sandbox
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.world import KEPT_STORIES


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", default=7, show_default=True, help="Which organisation; the same seed tells the same stories.")
@click.option("--deals", default=500, show_default=True, type=click.IntRange(min=1), help="How many deals.")
@click.option("--accounts", default=1, show_default=True, type=click.IntRange(1, 100), help="Portals; seeds count up.")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--token", default="sandbox-token", show_default=True, help="Bearer token; further portals get -2, -3 …")
@click.option("--keep", default=KEPT_STORIES, show_default=True, help="Stories held in memory per portal, 4 kB each.")
@click.option("--limits", is_flag=True, help="Count requests as strictly as HubSpot does.")
@click.option("--knob", "turned", multiple=True, metavar="NAME=VALUE", help="e.g. latency_seconds=0.15 (repeatable).")
def main(
    seed: int, deals: int, accounts: int, port: int, token: str, keep: int, limits: bool, turned: tuple[str, ...]
) -> None:
    """Serve a simulated HubSpot account on this machine until Ctrl-C."""
    knobs = Knobs.faithful() if limits else Knobs()
    try:
        knobs = knobs.changed(dict(_value(text) for text in turned))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    names = [token if number == 0 else f"{token}-{number + 1}" for number in range(accounts)]
    organisations = {name: Organisation(seed + number, deals) for number, name in enumerate(names)}
    try:
        sandbox = start_sandbox(organisations, knobs, port=port, keep=keep)
    except OSError as error:
        raise click.ClickException(f"port {port} can't be used ({error.strerror}); take another, or 0") from error
    now = next(iter(organisations.values())).now
    click.echo(sandbox.url)
    click.echo(f"HUBSPOT_TOKEN={' '.join(names)}")
    click.echo(f"{accounts} portal(s) of {deals} deals as of {now.isoformat()}; Ctrl-C ends", err=True)
    sys.stdout.flush()
    with sandbox:
        try:
            sandbox.wait()
        except KeyboardInterrupt:
            click.echo("closed", err=True)


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
