"""`plumbline init` and `plumbline check`: a new workspace, and whether a workspace will do before the night does.

Only these two commands belong here.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from connectors.configfile import ConfigProblems
from connectors.contract import ConnectorError
from connectors.registry import open_connector
from expectations.lint import lint_process
from orchestration.cli.terminal import CONCERN, WRONG_USE, Stop, our_name, plain_words
from orchestration.scaffold import starting_files, write_workspace
from orchestration.settings import Workspace
from orchestration.syncing import without_name


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


@click.command(epilog="Example: plumbline check")
@click.option("--offline", is_flag=True, help="Check the files only; ask no CRM.")
@plain_words
def check(offline: bool) -> None:
    """Check configuration, credentials, rights and limits, and say what is wrong before the night does."""
    workspace = Workspace.find()
    _check_files(workspace)
    for warning in lint_process(workspace.process):
        click.echo(f"process.yml, worth a thought: {warning}")
    click.echo(f"Files: good ({len(workspace.connections)} connections).")
    if offline:
        return
    failed = [name for name in workspace.connections if not _probe(workspace, name)]
    if failed:
        raise Stop(f"{len(failed)} of {len(workspace.connections)} connections can't be read.", CONCERN)


def _check_files(workspace: Workspace) -> None:
    """All faults of all files at once."""
    problems = []
    for read in (lambda: workspace.company, lambda: workspace.process, lambda: workspace.connections):
        try:
            read()
        except ConfigProblems as found:
            # Stages can't be checked against a process that can't be read, so its faults come up twice.
            problems += [problem for problem in found.problems if problem not in problems]
    if problems:
        raise ConfigProblems(problems)


def _probe(workspace: Workspace, name: str) -> bool:
    settings = workspace.to_be_read(workspace.connections[name])
    try:
        connector = open_connector(
            settings, env=workspace.environment(), clock=lambda: datetime.now(UTC), workspace=workspace.home
        )
        try:
            lines = connector.probe()
        finally:
            connector.close()
    except ConnectorError as error:
        click.echo(f"{name}: {without_name(name, str(error))}")
        return False
    click.echo("\n".join([f"{name}: good", *(f"  {line}" for line in lines)]))
    return True
