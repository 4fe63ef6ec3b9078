"""`plumbline init`: a new workspace.

Only this command belongs here; the files are made in `orchestration/scaffold.py`.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from orchestration.cli.terminal import WRONG_USE, Stop, our_name, plain_words
from orchestration.scaffold import starting_files, write_workspace


@click.command(epilog="Example: plumbline init acme && cd acme && plumbline check")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@plain_words
def init(folder: Path) -> None:
    """Make a workspace: plumbline.yml, connections.yml, process.yml and .env, to be filled in. Overwrites nothing."""
    today = datetime.now().astimezone().date()
    written = write_workspace(folder, starting_files(today))
    if not written:
        raise Stop(f"{folder} already has all files of a workspace; nothing was written.", WRONG_USE)
    name = "plumbline" if our_name() == "plumbline" else str(Path(sys.argv[0]).absolute())
    click.echo(f"Wrote {', '.join(written)} in {folder}.")
    click.echo(
        "Next: name your accounts in connections.yml, put their tokens into .env, set time_zone and home_currency in "
        f"plumbline.yml, then run:\n  cd {folder} && {name} check"
    )
