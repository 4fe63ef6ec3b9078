"""`plumbline init`: a new workspace.

Only this command belongs here; the files are made in `orchestration/scaffold.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from orchestration.cli.terminal import WRONG_USE, Stop, our_name, plain_words
from orchestration.scaffold import DEFAULT_KIND, KINDS, starting_files, write_workspace


@click.command(epilog="Example: plumbline init acme --crm salesforce && cd acme && plumbline check")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--crm", "kinds", multiple=True, type=click.Choice(KINDS), help="Which CRM; give it again for each account."
)
@plain_words
def init(folder: Path, kinds: Sequence[str]) -> None:
    """Make a workspace: plumbline.yml, connections.yml, process.yml and .env, to be filled in. Overwrites nothing.

    connections.yml and .env are written for the CRMs that are named by --crm or asked for; `files` reads exports.
    """
    chosen = list(kinds) or _ask()
    today = datetime.now().astimezone().date()
    written = write_workspace(folder, starting_files(today, chosen))
    if not written:
        raise Stop(f"{folder} already has all files of a workspace; nothing was written.", WRONG_USE)
    click.echo(f"Wrote {', '.join(written)} in {folder}.")
    if "connections.yml" not in written:
        click.echo("connections.yml was there already and stays as it is.")
    name = "plumbline" if our_name() == "plumbline" else str(Path(sys.argv[0]).absolute())
    click.echo(
        "Next: name your accounts in connections.yml, put their credentials into .env, set time_zone and home_currency "
        f"in plumbline.yml, then run:\n  cd {folder} && {name} check\nand for the stage map of each account:\n"
        f"  {name} stages NAME"
    )


def _ask() -> list[str]:
    """Ask in a terminal; a script that doesn't say gets the usual one."""
    if not _in_terminal():
        return [DEFAULT_KIND]
    words = click.prompt(
        f"Which CRM ({', '.join(KINDS)}; several with commas)", default=DEFAULT_KIND, value_proc=_chosen
    )
    return list(words)


def _in_terminal() -> bool:
    return sys.stdin.isatty()


def _chosen(answer: str) -> list[str]:
    words = [word.strip().lower() for word in answer.split(",") if word.strip()]
    wrong = [word for word in words if word not in KINDS]
    if wrong or not words:
        raise click.BadParameter(f"{', '.join(wrong) or 'nothing'} is not one of {', '.join(KINDS)}")
    return words
