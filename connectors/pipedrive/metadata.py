"""Pipelines, stages, users and deal fields: short lists that are read in full each pass.

Here belongs reading them. Which stage means what is connections.yml's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from connectors.contract import CrmPipeline, CrmStage, Page, Record
from connectors.pipedrive import costs
from connectors.pipedrive.api import Object, PipedriveApi
from connectors.pipedrive.records import field_record, number, plain_record, user_record

READERS: Mapping[str, tuple[Callable[[PipedriveApi], list[Object]], Callable[[Object], Record]]] = {
    "pipelines": (lambda api: api.whole(costs.PIPELINES), plain_record),
    "stages": (lambda api: api.whole(costs.STAGES), plain_record),
    "users": (PipedriveApi.users, user_record),
    "deal_fields": (lambda api: api.whole(costs.DEAL_FIELDS), field_record),
}
"""How each short list is asked for and kept, by stream. Stages and pipelines refuse `updated_since`."""


def pages(api: PipedriveApi, stream: str) -> Iterator[Page]:
    """The whole list as one page."""
    ask, record = READERS[stream]
    yield Page([record(thing) for thing in ask(api)], {}, last=True)


def first_stages(api: PipedriveApi) -> frozenset[int]:
    """The stage in which each pipeline begins."""
    first: dict[str, Object] = {}
    for stage in api.whole(costs.STAGES):
        pipeline = str(stage.get("pipeline_id"))
        if stage.get("is_deleted") is not True and (pipeline not in first or _order(stage) < _order(first[pipeline])):
            first[pipeline] = stage
    return frozenset(number(stage) for stage in first.values())


def pipelines(api: PipedriveApi) -> list[CrmPipeline]:
    """Pipelines with their open stages in order; winning and losing is a deal's status there and no stage."""
    stages = [stage for stage in api.whole(costs.STAGES) if stage.get("is_deleted") is not True]
    return [
        CrmPipeline(
            str(number(pipeline)),
            str(pipeline.get("name")),
            tuple(
                _stage_of(stage, place, has_probability=pipeline.get("is_deal_probability_enabled") is True)
                for place, stage in enumerate(sorted(_of(stages, pipeline), key=_order))
            ),
        )
        for pipeline in sorted(api.whole(costs.PIPELINES), key=_order)
        if pipeline.get("is_deleted") is not True
    ]


def _of(stages: list[Object], pipeline: Object) -> Iterator[Object]:
    return (stage for stage in stages if stage.get("pipeline_id") == pipeline["id"])


def _stage_of(stage: Object, place: int, *, has_probability: bool) -> CrmStage:
    percent = stage.get("deal_probability") if has_probability else None
    probability = percent / 100 if isinstance(percent, int | float) else None
    return CrmStage(str(number(stage)), str(stage.get("name")), place, probability, is_closed=False, is_won=False)


def _order(thing: Object) -> tuple[int, int]:
    place = thing.get("order_nr")
    return (place if isinstance(place, int) else 0, number(thing))
