"""Pipelines and owners: short lists that are read in full each pass.

Here belongs reading them. Which stage means what is connections.yml's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from connectors.contract import CrmPipeline, CrmStage, Page, Record
from connectors.http.paging import Onward
from connectors.hubspot.api import HubSpotApi
from connectors.hubspot.records import Object, to_record


def pipelines(api: HubSpotApi) -> Iterator[Page]:
    """All deal pipelines, each with its stages."""
    yield Page([_kept(thing) for thing in api.pipelines()], {}, last=True)


def pipeline_of(thing: Object) -> CrmPipeline:
    """A pipeline in words of the contract; HubSpot writes probability and closed as texts."""
    stages = sorted(thing.get("stages") or [], key=lambda stage: int(stage.get("displayOrder") or 0))
    return CrmPipeline(
        str(thing["id"]), str(thing.get("label")), tuple(_stage_of(stage, place) for place, stage in enumerate(stages))
    )


def _stage_of(stage: Object, place: int) -> CrmStage:
    told = stage.get("metadata") or {}
    try:
        probability = float(told["probability"])
    except (KeyError, TypeError, ValueError):
        probability = None
    closed = {"true": True, "false": False}.get(str(told.get("isClosed")).lower())
    won = None if closed is None or probability is None else closed and probability == 1
    return CrmStage(str(stage.get("id")), str(stage.get("label")), place, probability, closed, won)


def owners(api: HubSpotApi) -> Iterator[Page]:
    """Archived owners, then active ones: somebody who came back has one row, and it is the active one."""
    everybody = [*_owners(api, archived=True), *_owners(api, archived=False)]
    yield Page([_kept(thing) for thing in everybody], {}, last=True)


def owner_ids(api: HubSpotApi) -> set[str]:
    """Ids of all owners, archived ones included: their deals stay."""
    return {thing["id"] for archived in (True, False) for thing in _owners(api, archived=archived)}


def _owners(api: HubSpotApi, *, archived: bool) -> Iterator[Object]:
    after: str | None = None
    onward = Onward(partial(api.bad, "/crm/v3/owners"))
    while True:
        page = api.owners(after, archived=archived)
        onward.check(page.after, page.keys())
        yield from page.objects
        after = page.after
        if after is None:
            return


def _kept(thing: Object) -> Record:
    # An archived owner is no deleted row: deals go on naming him.
    record = to_record(thing)
    return Record(record.id, record.payload, record.modified_at)
