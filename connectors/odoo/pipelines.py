"""Stages as pipelines: Odoo has one list of stages, of which some belong to certain teams.

Here belongs proposing them. Which stage means what is connections.yml's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.contract import CrmPipeline, CrmStage
from connectors.odoo.api import Row
from connectors.odoo.reader import ModelReader
from connectors.odoo.records import id_of

SHARED = "default"
"""The pipeline of stages that belong to no single team; staging shows deals by the same rule."""


def read_pipelines(stages: ModelReader, teams: ModelReader) -> list[CrmPipeline]:
    """The shared stages, and beside them the stages of each team that has its own. Odoo knows no probability."""
    names = {row["id"]: str(row.get("name")) for rows in teams.walk([], 0) for row in rows}
    grouped: dict[str, list[Row]] = {SHARED: []}
    for rows in stages.walk([], 0):
        for row in rows:
            grouped.setdefault(pipeline_of(row), []).append(row)
    return [
        CrmPipeline(key, _name(key, names), tuple(_stage(row, place) for place, row in enumerate(_in_order(rows))))
        for key, rows in grouped.items()
        if rows
    ]


def pipeline_of(stage: Row) -> str:
    """The team's id where the stage belongs to exactly one, else the shared pipeline."""
    teams = stage.get("team_ids")
    if isinstance(teams, list):
        return str(teams[0]) if len(teams) == 1 else SHARED
    team = id_of(stage.get("team_id"))
    return SHARED if team is None else str(team)


def _name(key: str, names: dict[int, str]) -> str:
    return "All sales teams" if key == SHARED else names.get(int(key), f"Team {key}")


def _in_order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (_number(row.get("sequence")), row["id"]))


def _stage(row: Row, place: int) -> CrmStage:
    won = row.get("is_won") is True
    return CrmStage(str(row["id"]), str(row.get("name")), place, None, won, won)


def _number(value: Any) -> int:
    return value if type(value) is int else 0
