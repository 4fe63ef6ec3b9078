"""`plumbline query`: SQL over the published warehouse.

Only reading what is published belongs here; nothing that this command runs can write anywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import duckdb

from orchestration.cli.terminal import CONCERN, WRONG_USE, Stop, as_json, held_by_a_writer, plain_words, table
from orchestration.settings import Workspace

NOTHING_YET = (
    "Nothing is published in this workspace yet ({path} doesn't exist). "
    "Run `plumbline sync` first, or `plumbline demo` to look at an example."
)


def unreadable(path: Path, error: duckdb.IOException) -> Stop:
    """The end of a command that can't open the published warehouse."""
    why = str(error).rstrip("!.")
    torn = f"{path} can't be read as a warehouse: {why}. Run `plumbline sync`, which publishes it anew."
    return Stop(held_by_a_writer(error) or torn, CONCERN)


def read_warehouse(
    path: Path, sql: str, parameters: list[Any] | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one statement. Read-only, and with no way to other files or the network."""
    if not path.exists():
        raise Stop(NOTHING_YET.format(path=path), WRONG_USE)
    try:
        opened = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        raise unreadable(path, error) from error
    with opened as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_external_access = false")
        try:
            found = connection.execute(sql, parameters or [])
            if found is None:
                raise Stop("That holds no statement. Example: select * from marts.dim_deals limit 10", WRONG_USE)
            return [column[0] for column in found.description or []], found.fetchall()
        except duckdb.Error as error:
            raise Stop(f"The warehouse can't answer that: {error}", WRONG_USE) from error


@click.command(epilog='Example: plumbline query "select * from marts.fct_findings order by amount_home desc limit 10"')
@click.argument("sql")
@click.option("--json", "json_rows", is_flag=True, help="Print a JSON list of rows.")
@plain_words
def query(sql: str, json_rows: bool) -> None:
    """Read the published warehouse with SQL. Works while a night runs; tables are in the schema `marts`."""
    columns, rows = read_warehouse(Workspace.find().warehouse, sql)
    if json_rows:
        click.echo(as_json([dict(zip(_distinct(columns), row, strict=True)) for row in rows]))
        return
    click.echo(table(columns, rows))
    click.echo(f"({len(rows):,} row{'' if len(rows) == 1 else 's'})")


def _distinct(columns: list[str]) -> list[str]:
    """Names for JSON, where two of one name would be one: a, a_2."""
    return [f"{c}_{columns[: i + 1].count(c)}" if c in columns[:i] else c for i, c in enumerate(columns)]
