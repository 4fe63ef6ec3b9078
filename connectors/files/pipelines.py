"""The pipelines and stages that an export tells of, for proposing a stage map.

Here belongs reading them out of its rows. What they mean in the process is connections.yml's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from connectors.contract import Connector, CrmPipeline, CrmStage

THE_ONLY = "default"


def pipelines_of(connector: Connector) -> list[CrmPipeline]:
    """From the file of stages where there is one; else the stages of the deals, in the order of their appearance."""
    names = {stream.name for stream in connector.streams()}
    source = "stages" if "stages" in names else "deals"
    found: dict[str, dict[str, CrmStage]] = {}
    labels: dict[str, str] = {}
    for row in _rows(connector, source):
        pipeline, stage = str(row.get("pipeline_id") or THE_ONLY), str(row.get("stage_id") or "")
        labels[pipeline] = str(row.get("pipeline_name") or pipeline)
        stages = found.setdefault(pipeline, {})
        if stage and stage not in stages:
            stages[stage] = _stage(stage, row, len(stages))
    return [
        CrmPipeline(key, labels[key], tuple(sorted(stages.values(), key=lambda stage: stage.order)))
        for key, stages in found.items()
    ]


def _rows(connector: Connector, name: str) -> Iterator[Mapping[str, Any]]:
    for stream in connector.streams():
        if stream.name == name:
            for page in connector.pages(stream, position={}, synced_to=None):
                yield from (orjson.loads(record.payload) for record in page.records)


def _stage(stage: str, row: Mapping[str, Any], place: int) -> CrmStage:
    def number(name: str) -> float | None:
        try:
            return float(str(row[name]))
        except (KeyError, ValueError):
            return None

    def flag(name: str) -> bool | None:
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
            str(row.get(name)).strip().lower()
        )

    order = number("display_order")
    return CrmStage(
        stage,
        str(row.get("stage_name") or stage),
        place if order is None else int(order),
        number("probability"),
        flag("is_closed"),
        flag("is_won"),
    )
