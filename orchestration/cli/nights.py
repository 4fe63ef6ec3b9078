"""`plumbline sync` and `plumbline status`: a night now, and how the last ones went.

Only these two commands belong here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from orchestration import manifest
from orchestration.cli.terminal import CONCERN, WRONG_USE, Progress, Stop, as_json, plain_words, table
from orchestration.publish.duckdb_file import DuckdbFilePublisher
from orchestration.settings import Workspace


def _moment(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a time; write it like 2026-03-31T02:00:00+02:00") from error
    if moment.tzinfo is None:
        raise click.BadParameter(f"{text!r} names no time zone; write it like 2026-03-31T02:00:00+02:00")
    if not 2000 <= moment.year < 2100:
        raise click.BadParameter(f"{text!r} is outside the years 2000 to 2099")
    return moment.astimezone(UTC)


@click.command(epilog="Example: plumbline sync --only acme_hubspot")
@click.option("--as-of", callback=_moment, help="Let the night happen at this moment, with its time zone.")
@click.option(
    "--only", multiple=True, metavar="CONNECTION", help="Read these connections; the others keep their state."
)
@click.option("--accept-fall", multiple=True, metavar="CONNECTION", help="Most of its deals are really gone: go on.")
@plain_words
def sync(as_of: datetime | None, only: tuple[str, ...], accept_fall: tuple[str, ...]) -> None:
    """Run the night, now: read every connection, build, audit, publish."""
    workspace = Workspace.find()
    workspace.load_all()
    unknown = sorted({*only, *accept_fall} - set(workspace.connections))
    if unknown:
        known = ", ".join(workspace.connections)
        raise Stop(f"connections.yml has no connection {', '.join(unknown)}; it has {known}.", WRONG_USE)
    from orchestration.run import run_night  # Dagster and dbt take seconds to import; other commands don't need them

    result = run_night(workspace, as_of=as_of, only=only, accept_fall=accept_fall, say=Progress())
    if not result.published:
        raise Stop(f"The night was not published.\n{result.record.get('error', 'See data/logs.')}", CONCERN)
    click.echo(f"Published night {result.night_id}: {workspace.warehouse}")
    if result.concerns:
        raise Stop("\n".join(["But:", *(f"  {concern}" for concern in result.concerns)]), CONCERN)


@click.command(epilog="Example: plumbline status --json")
@click.option("--json", "json_rows", is_flag=True, help="Print a JSON list of nights, newest first.")
@click.option("--last", type=click.IntRange(min=1), default=10, show_default=True, help="How many nights.")
@click.option("--max-age", type=click.FloatRange(min=0), metavar="HOURS",
              help="Exit 1 unless a night was published within so many hours; for health checks.")  # fmt: skip
@plain_words
def status(json_rows: bool, last: int, max_age: float | None) -> None:
    """How the last nights went, newest first, and which one readers get."""
    workspace = Workspace.find()
    _say_nights(_nights(workspace, last), json_rows=json_rows)
    if max_age is not None:
        _refuse_older(_nights(workspace, None), max_age)


def _refuse_older(nights: list[dict[str, Any]], max_age: float) -> None:
    """Nights that failed, or still run, leave readers with what they had; what counts is the last published one."""
    published = [n["ended_at"] for n in nights if n["state"] == "published" and n["ended_at"]]
    if not published:
        raise Stop("No night was ever published.", CONCERN)
    hours = (datetime.now(UTC) - max(map(datetime.fromisoformat, published))).total_seconds() / 3600
    if hours > max_age:
        raise Stop(f"The last night was published {hours:.1f} hours ago; --max-age is {max_age:g}.", CONCERN)


def _say_nights(nights: list[dict[str, Any]], *, json_rows: bool) -> None:
    if json_rows:
        click.echo(as_json(nights))
        return
    if not nights:
        click.echo("There was no night yet. Run `plumbline sync`.")
        return
    rows = [
        (
            n["night_id"] + (" *" if n["current"] else ""),
            n["state"],
            n["as_of"],
            n["minutes"],
            _states(n["connections"]),
        )
        for n in nights
    ]
    click.echo(table(["night (* = published)", "state", "as of", "minutes", "connections"], rows))
    for night in nights[:1]:
        for concern in [*night["concerns"], *([night["error"]] if night["error"] else [])]:
            click.echo(f"  {concern}")


def _nights(workspace: Workspace, last: int | None) -> list[dict[str, Any]]:
    current = DuckdbFilePublisher(workspace.published).current()
    folders = sorted((path.parent.name for path in (workspace.ledger / "nights").glob("*/record.json")), reverse=True)
    return [_night(manifest.load_record(workspace.ledger, night_id), current) for night_id in folders[:last]]


def _night(record: dict[str, Any], current: str | None) -> dict[str, Any]:
    began, ended = record.get("started_at"), record.get("ended_at")
    seconds = (
        (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds() if began and ended else None
    )
    return {
        "night_id": record["night_id"],
        "state": record.get("state"),
        "current": record["night_id"] == current,
        "as_of": record.get("as_of"),
        "started_at": began,
        "ended_at": ended,
        "minutes": None if seconds is None else round(seconds / 60, 1),
        "connections": record.get("connections", {}),
        "held": record.get("held", {}),
        "concerns": record.get("concerns", []),
        "content_hash": record.get("content_hash"),
        "error": record.get("error"),
    }


def _states(connections: dict[str, str]) -> str:
    return ", ".join(f"{name} {state}" for name, state in connections.items() if state != "good") or (
        f"{len(connections)} good" if connections else ""
    )
