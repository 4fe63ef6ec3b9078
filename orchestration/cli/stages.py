"""`plumbline stages`: a CRM's pipelines as a stage map ready to paste, with the reason for each line.

Only this command and its YAML belong here; which stage is which is proposed by `expectations/stage_proposal.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from connectors.contract import CrmPipeline
from connectors.kinds import API_KINDS
from connectors.registry import open_connector
from connectors.settings import ConnectionSettings
from expectations.stage_proposal import PipelineProposal, StageProposal, propose
from orchestration.cli.terminal import CONCERN, WRONG_USE, Stop, as_json, plain_words
from orchestration.settings import Workspace

PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
YAML_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Bare, these would be no texts."""


@click.command(epilog="Example: plumbline stages hubspot_emea > stages.yml")
@click.argument("connection")
@click.option("--json", "for_scripts", is_flag=True, help="Print the proposal as JSON.")
@plain_words
def stages(connection: str, for_scripts: bool) -> None:
    """Propose which stage of process.yml each stage of the CRM is: YAML to paste into connections.yml.

    Each line carries its reason, doubtful ones begin with `# unsure:`. Nothing is written; the decision is yours.
    """
    workspace = Workspace.find()
    settings = workspace.connections.get(connection)
    if settings is None:
        known = ", ".join(workspace.connections)
        raise Stop(f"There is no connection {connection}; connections.yml has {known}.", WRONG_USE)
    proposals = propose(workspace.process, _pipelines(workspace, settings))
    if not proposals:
        raise Stop(f"{connection} shows no pipelines; `plumbline check` says what may be read.", CONCERN)
    if for_scripts:
        click.echo(as_json({"connection": connection, "pipelines": [_told(one) for one in proposals]}))
        return
    click.echo("\n".join(yaml_lines(proposals, settings.kind)))
    click.echo(_summary(connection, proposals), err=True)


def _pipelines(workspace: Workspace, settings: ConnectionSettings) -> list[CrmPipeline]:
    connector = open_connector(
        settings, env=workspace.environment(), clock=lambda: datetime.now(UTC), workspace=workspace.home
    )
    try:
        return connector.pipelines()
    finally:
        connector.close()


def yaml_lines(proposals: list[PipelineProposal], kind: str) -> Iterator[str]:
    """The `pipelines` of a connection, indented as they stand in connections.yml."""
    yield "    pipelines:"
    if kind in API_KINDS and (implied := API_KINDS[kind].implied_stages):
        need = "need" if len(implied) > 1 else "needs"
        yield f"      # {' and '.join(implied)} {need} no line: {API_KINDS[kind].name} has no stage for that"
    for one in proposals:
        yield f"      {_key(one.pipeline.id)}: # {_line(one.pipeline.name)}"
        yield f"        deal_type: {one.deal_type} # {_line(one.deal_type_reason)}"
        decided = any(stage.key for stage in one.stages)
        yield "        stages:" if decided else "        stages: {}"
        for stage in one.stages:
            yield from _stage_lines(stage)
        if one.absent:
            yield f"        # no stage here stands for {', '.join(one.absent)}; deals of this pipeline needn't pass it"


def _stage_lines(one: StageProposal) -> Iterator[str]:
    indent = " " * 10
    if one.unsure:
        yield f"{indent}# unsure: {_line(one.unsure)}"
    reason = f"# {_line(one.stage.name)}: {_line(one.reason)}"
    line = f"{_key(one.stage.id)}: {one.key or '?'} {reason}"
    yield f"{indent}{line}" if one.key else f"{indent}# {line}"


def _key(text: str) -> str:
    """An id as YAML reads it back: a bare word, else in quotes (12 would be a number, `No` a false)."""
    bare = PLAIN_KEY.fullmatch(text) and text.lower() not in YAML_WORDS
    return text if bare else json.dumps(text, ensure_ascii=True)


def _line(text: str) -> str:
    """A CRM's text as part of a comment, which ends with its line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _told(one: PipelineProposal) -> dict[str, Any]:
    return {
        "pipeline_id": one.pipeline.id,
        "pipeline_name": one.pipeline.name,
        "deal_type": one.deal_type,
        "deal_type_reason": one.deal_type_reason,
        "stages": [
            {**asdict(stage.stage), "stage_key": stage.key, "reason": stage.reason, "unsure": stage.unsure}
            for stage in one.stages
        ],
        "absent": list(one.absent),
    }


def _summary(connection: str, proposals: list[PipelineProposal]) -> str:
    count = sum(len(one.stages) for one in proposals)
    doubts = [(one.pipeline.name, stage) for one in proposals for stage in one.doubts]
    lines = [f"Paste this below `{connection}:` in connections.yml, in place of its `pipelines`."]
    if doubts:
        lines.append(f"Unsure about {len(doubts)} of {count} stages; look at these first:")
        lines += [f"  {_line(name)} / {_line(stage.stage.name)}: {_line(stage.unsure or '')}" for name, stage in doubts]
    else:
        lines.append(f"Sure about all {count} stages; read them all the same.")
    return "\n".join(lines)
