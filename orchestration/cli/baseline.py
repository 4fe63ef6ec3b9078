"""`plumbline baseline`: how people work already, and a process.yml that could be made of it.

Only this command and the look of its answer belong here: the figures are the mart `rpt_evidence_baseline`'s, the
proposal is `expectations/baseline.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from expectations.baseline import ALL_TEAMS, Found, Limits, Proposal, Share, in_words, propose
from expectations.baseline_yaml import process_lines, share_text
from expectations.process import NumberedVersion
from orchestration.cli.query import read_warehouse
from orchestration.cli.terminal import CONCERN, WRONG_USE, Stop, as_json, plain_words, table
from orchestration.settings import Workspace

QUERY = """
select baseline.stage_key, baseline.candidate, coalesce(teams.team_name, baseline.team_key) as team,
    baseline.is_all_teams, baseline.deals, cast(baseline.share_low as double) as low,
    cast(baseline.share_high as double) as high, cast(baseline.as_of as date) as day
from marts.rpt_evidence_baseline as baseline
left join marts.dim_teams as teams using (team_key)
where baseline.deal_type = ?
order by baseline.stage_order, baseline.candidate, team"""
SHARE = click.FloatRange(0, 100)


@click.command(epilog="Example: plumbline baseline --alert 90 --write proposed.yml")
@click.option("--deal-type", help="Of which deals; default: the first type that process.yml judges.")
@click.option("--alert", default=80.0, show_default=True, type=SHARE, help="From how many percent on a step alerts.")
@click.option("--coach", default=40.0, show_default=True, type=SHARE, help="From how many percent on it coaches.")
@click.option("--min-deals", default=10, show_default=True, type=click.IntRange(1), help="Teams of fewer have no say.")
@click.option("--steps", default=3, show_default=True, type=click.IntRange(1), help="The most steps for one stage.")
@click.option("--write", "target", type=click.Path(path_type=Path), help="Write the proposal to this new file.")
@click.option("--json", "for_scripts", is_flag=True, help="Print figures and proposal as JSON.")
@plain_words
def baseline(
    deal_type: str | None,
    alert: float,
    coach: float,
    min_deals: int,
    steps: int,
    target: Path | None,
    for_scripts: bool,
) -> None:
    """Show what deals of the last twelve months had on record when they left each stage, team by team.

    Below it stands a process.yml proposed from that, with who hears of each step: alert where nearly everybody does it
    already, coach where many do, observe below. Nothing of yours is changed; without --write all goes to the standard
    output, with the figures as comments.
    """
    if coach > alert:
        raise Stop(f"--coach {coach:g} is above --alert {alert:g}: fewer deals can't ask for more.", WRONG_USE)
    workspace = Workspace.find()
    version = workspace.process.versions[-1]
    kind = deal_type or version.version.applies_to.deal_types[0]
    found, day = _found(workspace, kind)
    if not found:
        raise Stop(f"In the last twelve months no deal of the type {kind} left a stage; there is no baseline.", CONCERN)
    limits = Limits(alert / 100, coach / 100, min_deals, steps)
    keys = [stage.key for stage in version.version.stages]
    known = [one for one in found if one.stage_key in keys]
    proposals = propose(keys, known, limits, [loss.key for loss in version.version.on_loss])
    if for_scripts:
        click.echo(as_json({"figures": [asdict(one) for one in found], "proposal": [asdict(one) for one in proposals]}))
        return
    _say(_figures(known, version, limits), list(process_lines(version, proposals, day)), proposals, target)


def _say(figures: str, lines: Sequence[str], proposals: Sequence[Proposal], target: Path | None) -> None:
    if target is None:
        click.echo("\n".join([*(f"# {line}".rstrip() for line in figures.splitlines()), "", *lines]))
        return
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except FileExistsError as error:
        raise Stop(f"{target} is there already and is left as it is; name a new file.", WRONG_USE) from error
    click.echo(
        f"{figures}\n\n{len(proposals)} steps proposed in {target}. Read it, change it, then make it process.yml."
    )


def _found(workspace: Workspace, deal_type: str) -> tuple[list[Found], date]:
    """The figures in the order of the stages, and the day they are of."""
    _, rows = read_warehouse(workspace.warehouse, QUERY, [deal_type])
    totals: dict[tuple[str, str], Share] = {}
    teams: dict[tuple[str, str], dict[str, Share]] = {}
    for stage, candidate, team, is_all, deals, low, high, _ in rows:
        if is_all:
            totals[stage, candidate] = Share(deals, low, high)
        else:
            teams.setdefault((stage, candidate), {})[team] = Share(deals, low, high)
    found = [Found(*key, everybody, teams.get(key, {})) for key, everybody in totals.items()]
    return found, rows[0][-1] if rows else date.min


def _figures(found: Sequence[Found], version: NumberedVersion, limits: Limits) -> str:
    """A line per stage and kind of evidence; a column per team that is large enough."""
    names = {stage.key: stage.name for stage in version.version.stages}
    sizes = [(team, share.deals) for one in found for team, share in one.teams.items()]
    teams = sorted({team for team, deals in sizes if deals >= limits.deals})
    rows: list[list[Any]] = []
    for one in sorted(found, key=lambda each: (list(names).index(each.stage_key), -each.everybody.low, each.candidate)):
        own = [share_text(one.teams[team]) if team in one.teams else "" for team in teams]
        rows.append(
            [names[one.stage_key], in_words(one.candidate), one.everybody.deals, share_text(one.everybody), *own]
        )
    return table(["leaving", "on record by then", "deals", ALL_TEAMS, *teams], rows)
