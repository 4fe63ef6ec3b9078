"""`plumbline daemon`: the schedule of plumbline.yml, kept by Dagster's daemon until it is stopped.

Only starting it belongs here; the schedule itself is in `orchestration/definitions.py`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from orchestration.cli.terminal import CONCERN, Stop, plain_words
from orchestration.settings import HOME_VARIABLE, Workspace, export, use_dagster_home

ARGUMENTS = ("run", "-m", "orchestration.definitions")


@click.command(epilog="Example: plumbline daemon")
@plain_words
def daemon() -> None:
    """Begin each night by `schedule` in plumbline.yml, until stopped. Service units and containers call this."""
    workspace = Workspace.find()
    workspace.load_all()
    use_dagster_home(workspace.dagster_home)
    export({HOME_VARIABLE: str(workspace.home)})
    program = Path(sys.executable).with_name("dagster-daemon")
    if not program.exists():
        raise Stop(f"{program} is not there; install Plumbline with its dependencies (`make install`).", CONCERN)
    os.execv(program, [str(program), *ARGUMENTS])  # noqa: S606 - in our place, so that signals reach it
