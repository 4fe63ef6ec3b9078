"""A portal's pipelines as they are at present: what administrators did to their stages, the audit of it, and the rules.

Deals don't belong here: a deleted stage stays in their histories, as in HubSpot.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from connectors.sandbox.hubspot.errors import not_found
from connectors.sandbox.hubspot.words import iso
from connectors.sandbox.stock import PIPELINES
from connectors.sandbox.wire import Answer

OPENED: Final = 1_546_300_800_000
"""When the portals were set up: the first day of 2019."""
ADMINISTRATOR: Final = 41_000_001
NO_RULES: Final[dict[str, Any]] = {
    "noBackwardsMovementRule": {"enabledForAllStages": False, "pipelineStageIds": []},
    "noSkippingStagesRule": {"enabledForAllStages": False, "pipelineStageIds": []},
    "objectCreationRule": {"pipelineStageIds": []},
}

Thing = dict[str, Any]


class Pipelines:
    """The pipelines of one portal. `rules` and `approvals` by pipeline id are set by tests."""

    def __init__(self) -> None:
        self.listed = [_pipeline(order, *told) for order, told in enumerate(PIPELINES)]
        self.rules: dict[str, Thing] = {}
        self.approvals: dict[str, list[Thing]] = {}
        self._audits: dict[str, list[Thing]] = {}
        for pipeline in self.listed:
            self._note(pipeline["id"], "CREATE", pipeline, OPENED)
            for stage in pipeline["stages"]:
                self._note(f"{pipeline['id']}:{stage['id']}", "CREATE", stage, OPENED)

    def rename_stage(self, pipeline: str, stage: str, label: str, at: int) -> None:
        """An administrator gives a stage another name."""
        found = self._stage(pipeline, stage)
        found["label"], found["updatedAt"] = label, iso(at)
        self._note(f"{pipeline}:{stage}", "UPDATE", found, at)
        self._note(pipeline, "UPDATE", self._of(pipeline), at)

    def delete_stage(self, pipeline: str, stage: str, at: int) -> None:
        """An administrator deletes a stage, whatever deals have been in it."""
        found = self._stage(pipeline, stage)
        self._of(pipeline)["stages"].remove(found)
        self._note(f"{pipeline}:{stage}", "DELETE", found, at)
        self._note(pipeline, "UPDATE", self._of(pipeline), at)

    def answer(self, path: str) -> Answer:
        """GET of the list, of one pipeline, of its stages or of an audit; `path` begins after /pipelines/deals."""
        match [part for part in path.split("/") if part]:
            case []:
                return Answer(200, {"results": self.listed})
            case [pipeline]:
                return Answer(200, self._of(pipeline))
            case [pipeline, "stages"]:
                return Answer(200, {"results": self._of(pipeline)["stages"]})
            case [pipeline, "stages", stage]:
                return Answer(200, self._stage(pipeline, stage))
            case [pipeline, "audit"]:
                return self._audit(pipeline)
            case [pipeline, "stages", stage, "audit"]:
                return self._audit(f"{pipeline}:{stage}")
        raise not_found(f"/crm/v3/pipelines/deals{path}")

    def rules_of(self, pipeline: str) -> Answer:
        """GET /crm/pipelines-rules/2026-09-beta/0-3/{pipeline}."""
        self._of(pipeline)
        body: Thing = {
            "id": f"0-3-{pipeline}",
            "objectTypeId": "0-3",
            "pipelineId": pipeline,
            "governanceValidationRules": {**NO_RULES, **self.rules.get(pipeline, {})},
            "createdAt": iso(OPENED),
            "updatedAt": iso(OPENED),
        }
        if self.approvals.get(pipeline):
            body["approvalStageRules"] = self.approvals[pipeline]
        return Answer(200, body)

    def _of(self, pipeline: str) -> Thing:
        for found in self.listed:
            if found["id"] == pipeline:
                return found
        raise not_found(f"pipeline {pipeline}")

    def _stage(self, pipeline: str, stage: str) -> Thing:
        stages: list[Thing] = self._of(pipeline)["stages"]
        for found in stages:
            if found["id"] == stage:
                return found
        raise not_found(f"stage {stage} of pipeline {pipeline}")

    def _audit(self, of: str) -> Answer:
        if of not in self._audits:
            raise not_found(f"audit of {of}")
        return Answer(200, {"results": self._audits[of][::-1]})

    def _note(self, of: str, action: str, thing: Thing, at: int) -> None:
        entry = {"portalId": 26_000_000, "identifier": of.rsplit(":", 1)[-1], "action": action, "timestamp": iso(at)}
        told = {"fromUserId": ADMINISTRATOR, "rawObject": deepcopy(thing)}
        self._audits.setdefault(of, []).append({**entry, **told})


def _pipeline(order: int, pipeline: str, label: str, stages: tuple[tuple[str, str, str, bool], ...]) -> Thing:
    moment = iso(OPENED)
    stamps = {"createdAt": moment, "updatedAt": moment, "archived": False}
    return {
        "id": pipeline,
        "label": label,
        "displayOrder": order,
        **stamps,
        "stages": [
            {
                "id": stage,
                "label": name,
                "displayOrder": place,
                "metadata": {"isClosed": "true" if closed else "false", "probability": probability},
                "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
                **stamps,
            }
            for place, (stage, name, probability, closed) in enumerate(stages)
        ],
    }
