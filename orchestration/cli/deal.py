"""`plumbline deal`: one deal as a manager reads it: its path, each verdict with what it rests on, and what is owed.

Only this command belongs here; the story and its lines are orchestration/deal's.
"""

from __future__ import annotations

from dataclasses import asdict

import click
import duckdb

from orchestration.cli.query import NOTHING_YET, unreadable
from orchestration.cli.terminal import WRONG_USE, Stop, as_json, plain_words
from orchestration.deal.lines import lines
from orchestration.deal.rows import NoSuchDeal
from orchestration.deal.story import tell
from orchestration.settings import Workspace


@click.command(epilog="Example: plumbline deal hubspot_emea:4711")
@click.argument("key")
@click.option("--json", "for_scripts", is_flag=True, help="Print the same as JSON.")
@plain_words
def deal(key: str, for_scripts: bool) -> None:
    """Tell the deal KEY: its path, the evidence, each verdict with its reason, the findings, and what is owed.

    KEY is a deal's key (connection, a colon, the CRM's id), its id, its name or its link. The published warehouse is
    read and nothing else.
    """
    workspace = Workspace.find()
    if not workspace.warehouse.exists():
        raise Stop(NOTHING_YET.format(path=workspace.warehouse), WRONG_USE)
    try:
        story = tell(workspace.warehouse, key, workspace.company.zone)
    except NoSuchDeal as error:
        raise Stop(f"{error}.", WRONG_USE) from error
    except duckdb.IOException as error:
        raise unreadable(workspace.warehouse, error) from error
    click.echo(as_json(asdict(story)) if for_scripts else "\n".join(lines(story)))
