"""`plumbline forecast`: what the months and quarters will bring, what else could be believed, and how far to trust it.

Only this command belongs here; what is told and drawn is orchestration/forecast's.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
import duckdb

from orchestration.cli.query import NOTHING_YET, unreadable
from orchestration.cli.terminal import WRONG_USE, Stop, as_json, plain_words, relative
from orchestration.forecast.charts import write_charts
from orchestration.forecast.lines import lines
from orchestration.forecast.rows import NoForecast, read_forecasts
from orchestration.forecast.telling import tell
from orchestration.settings import Workspace

GRAINS = {"month": "month", "quarter": "fiscal_quarter"}


@click.command(epilog="Example: plumbline forecast --of Alps --by month --charts pictures")
@click.option("--of", "name", metavar="NAME", help="A team, or an owner by e-mail; else the company.")
@click.option("--by", "grain", type=click.Choice(list(GRAINS)), default="quarter", show_default=True,
              help="Calendar months, or quarters of the fiscal year.")  # fmt: skip
@click.option("--deal-type", help="new, expansion, renewal or partner; else each for itself.")
@click.option("--charts", "folder", type=click.Path(path_type=Path, file_okay=False),
              help="Draw the fan of the period, the calibration and the waterfall as SVG into it.")  # fmt: skip
@click.option("--json", "for_scripts", is_flag=True, help="Print the same as JSON.")
@plain_words
def forecast(name: str | None, grain: str, deal_type: str | None, folder: Path | None, for_scripts: bool) -> None:
    """Tell what this period and the next are expected to bring, with the interval, and beside it the three baselines.

    Then why the number moved since the night before, and how the forecast did on your own past against the weighted
    pipeline, the same corrected by its own past, and the run-rate. If one of them did better, that is said first. The
    published warehouse is read and nothing else.
    """
    workspace = Workspace.find()
    if not workspace.warehouse.exists():
        raise Stop(NOTHING_YET.format(path=workspace.warehouse), WRONG_USE)
    try:
        found = read_forecasts(workspace.warehouse, GRAINS[grain], name, deal_type)
    except NoForecast as error:
        raise Stop(f"{error}.", WRONG_USE) from error
    except duckdb.IOException as error:
        raise unreadable(workspace.warehouse, error) from error
    if not found:
        raise Stop("The published warehouse has no deals to forecast.", WRONG_USE)
    told = [(rows, tell(rows, workspace.company.home_currency)) for rows in found]
    drawn = [path for rows, one in told if folder for path in write_charts(folder, one, rows, workspace.company.zone)]
    if for_scripts:
        click.echo(as_json({"forecasts": [asdict(one) for _, one in told], "charts": [str(path) for path in drawn]}))
        return
    click.echo("\n\n".join("\n".join(lines(one)) for _, one in told))
    if folder:
        click.echo("\nDrawn: " + (", ".join(relative(path) for path in drawn) or "nothing, there is nothing to show"))
