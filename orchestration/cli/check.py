"""`plumbline check`: whether a workspace will do, before the night does.

Only this command and the look of its answers belong here; asking the connections is `orchestration/probing.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from connectors.contract import StreamPlan
from expectations.lint import lint_process
from expectations.lint_workspace import lint_workspace
from orchestration.cli.terminal import CONCERN, Stop, as_json, plain_words, table
from orchestration.idle_targets import idle_targets
from orchestration.idle_waivers import idle_waivers
from orchestration.probing import Probe, probe_all
from orchestration.settings import Workspace

MINUTE, HOUR = 60, 3600


@click.command(epilog="Example: plumbline check")
@click.option("--offline", is_flag=True, help="Check the files only; ask no CRM.")
@click.option("--json", "for_scripts", is_flag=True, help="Print what was found as JSON.")
@plain_words
def check(offline: bool, for_scripts: bool) -> None:
    """Check configuration, credentials, rights and limits, and show what the first sync will cost, before it is begun.

    Every connection is asked by itself: one CRM that is down hides nothing of the others.
    """
    workspace = Workspace.find()
    workspace.load_all()
    between = lint_workspace(workspace.process, workspace.connections, workspace.waivers.given)
    warnings = [str(warning) for warning in (*lint_process(workspace.process), *between)]
    idle = idle_waivers(workspace, workspace.warehouse)
    unmet = idle_targets(workspace, workspace.warehouse)
    if not for_scripts:
        for warning in warnings:
            click.echo(f"Worth a thought: {warning}")
        for line in idle:
            click.echo(f"A waiver that lifts nothing: {line}")
        for line in unmet:
            click.echo(f"A target that nothing counts towards: {line}")
        count = len(workspace.connections)
        click.echo(f"Files: good ({count} connection{'' if count == 1 else 's'}).")
    probes = [] if offline else probe_all(workspace)
    if for_scripts:
        idle_lines = {"idle_waivers": idle, "idle_targets": unmet}
        click.echo(as_json({"warnings": warnings, **idle_lines, "connections": [_told(probe) for probe in probes]}))
    else:
        for probe in probes:
            click.echo("\n".join(probe_lines(probe)))
    failed = [probe.connection for probe in probes if probe.error]
    if failed:
        raise Stop(f"{len(failed)} of {len(probes)} connections can't be read: {', '.join(failed)}.", CONCERN)
    if idle:
        raise Stop(f"{len(idle)} lines of waivers.csv lift nothing.", CONCERN)
    if unmet:
        raise Stop(f"{len(unmet)} lines of targets.csv set no target.", CONCERN)


def probe_lines(probe: Probe) -> Iterator[str]:
    """What a person reads of one connection."""
    if probe.error:
        yield f"{probe.connection}: {probe.error}"
        return
    yield f"{probe.connection}: good"
    yield from (f"  {line}" for line in probe.lines)
    if probe.last_good_at is not None:
        yield f"  last synced whole: {probe.last_good_at:%Y-%m-%d %H:%M} UTC; the next sync asks for what changed since"
    elif probe.plan_error:
        yield f"  never synced; what the first sync will cost could not be told: {probe.plan_error}"
    elif probe.plan is not None:
        yield "  never synced; the first sync reads everything:"
        yield from (f"    {line}" for line in plan_table(probe.plan).splitlines())
        yield from (f"    {line}" for line in _remarks(probe.plan))


def _remarks(plans: Sequence[StreamPlan]) -> Iterator[str]:
    """What the plans say besides numbers, each once."""
    streams: dict[str, list[str]] = {}
    for plan in plans:
        if plan.remark:
            streams.setdefault(plan.remark, []).append(plan.stream)
    yield from (f"{', '.join(names)}: {remark}" for remark, names in streams.items())


def plan_table(plans: Sequence[StreamPlan]) -> str:
    """A line per stream and the sum; a column that has nothing but noughts (tokens, mostly) is left out."""
    total = StreamPlan(
        "in all",
        sum(plan.records or 0 for plan in plans),
        sum(plan.calls for plan in plans),
        sum(plan.tokens for plan in plans),
        sum(plan.seconds for plan in plans),
    )
    rows = [[p.stream, p.records, p.calls, p.tokens, _time(p.seconds)] for p in (*plans, total)]
    headings = ["stream", "records", "calls", "tokens", "about"]
    if not total.tokens:
        headings.remove("tokens")
        rows = [[*row[:3], row[4]] for row in rows]
    return table(headings, rows)


def _time(seconds: float) -> str:
    if seconds < 1:
        return "no time" if not seconds else "1 s"
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h"


def _told(probe: Probe) -> dict[str, Any]:
    told = asdict(probe)
    return {**told, "state": "unreadable" if probe.error else "good", "never_synced": probe.never_synced}
