"""`plumbline forget, rollback, replay, compact`: looking after what was written.

Only these commands belong here. Each takes the workspace's lock, so none runs beside a night.
"""

from __future__ import annotations

import click

from connectors.lake import Lake
from orchestration.cli.terminal import CONCERN, WRONG_USE, Progress, Stop, plain_words
from orchestration.lock import night_lock
from orchestration.publish.publication import roll_back
from orchestration.settings import Workspace


@click.command(epilog="Example: plumbline forget ann@example.com")
@click.argument("person", metavar="ID")
@click.option("--yes", is_flag=True, help="Don't ask.")
@plain_words
def forget(person: str, yes: bool) -> None:
    """Erase a person (by CRM id or e-mail) from lake, publications and ledger. It can't be undone.

    Erase them in the CRM first, else the next night reads them again. The last night is built again without them.
    """
    workspace = Workspace.find()
    person = person.strip()
    if not person:
        raise Stop("ID is empty: name the e-mail address, or the CRM's id, of the person to be erased.", WRONG_USE)
    if not yes:
        click.confirm(f"Erase {person} for good from {workspace.data}?", abort=True)
    from orchestration.forget import forget as erase

    with night_lock(workspace.lock, "a forget"):
        done = erase(workspace, person, Progress())
    rows = sum(done.lake_rows.values())
    click.echo(
        f"Erased from {rows:,} rows of the lake and {done.ledger_rows:,} of the ledger; "
        f"{len(done.publications_removed)} publications removed."
    )
    if done.published:
        click.echo(f"Published again without them: {done.published}")
    for name in done.still_named_in:
        click.echo(f"{workspace.home / name} names them still: remove them there, it is your own file.")
    if not rows:
        raise Stop(f"Nobody with the id or address {person!r} was in the lake.", CONCERN)


@click.command(epilog="Example: plumbline rollback")
@click.option("--to", "night_id", metavar="NIGHT", help="A night that is still kept; default: the one before.")
@plain_words
def rollback(night_id: str | None) -> None:
    """Give readers the night before (or NIGHT). The next night is published as always."""
    from orchestration.night import publishers_of

    workspace = Workspace.find()
    with night_lock(workspace.lock, "a rollback"):
        target = roll_back(publishers_of(workspace), night_id)
    click.echo(f"Readers now get night {target}. `plumbline status` lists the nights.")


@click.command(epilog="Example: plumbline replay 20260331T000000-1a2b3c4d")
@click.argument("night_id", metavar="NIGHT")
@plain_words
def replay(night_id: str) -> None:
    """Build a past night again from its manifest, publish nothing, and compare with what was published."""
    from orchestration.replay import replay as build_again

    workspace = Workspace.find()
    with night_lock(workspace.lock, "a replay"):
        done = build_again(workspace, night_id, Progress())
    click.echo(f"{done.files.marts}\nhash {done.content_hash}")
    if done.published_hash is None:
        click.echo("The night was never published, so there is nothing to compare with.")
    elif done.differing:
        raise Stop(f"It differs from what was published in: {', '.join(done.differing)}.", CONCERN)
    else:
        click.echo("Equal to what was published.")


@click.command(epilog="Example: plumbline compact --keep-hours 48")
@click.option(
    "--keep-hours",
    type=click.FloatRange(min=0),
    default=168.0,
    show_default=True,
    help="Keep replaced files for so long.",
)
@plain_words
def compact(keep_hours: float) -> None:
    """Merge the lake's small files. Nothing that was ever read is lost."""
    workspace = Workspace.find()
    with night_lock(workspace.lock, "a compaction"):
        merged = Lake(workspace.lake).compact(keep_hours)
    click.echo(f"Merged {sum(merged.values()):,} files in {len(merged)} tables.")
