"""What the account did to its pipelines, and the rules that it set for them: short lists, read in full each pass.

Here belong audits (names of stages that are no more) and declared rules, as records and in words. Judging deals by
rules is the process definition's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from connectors.contract import ConnectorError, CredentialsError, MissingScopeError, Page, Record
from connectors.hubspot.api import HubSpotApi
from connectors.hubspot.notes import Notes
from connectors.hubspot.records import Object

AUDITS, RULES = "pipeline_audits", "pipeline_rules"
MOST_STAGES = 100
"""So many stages that no pipeline lists are asked for in one pass."""


def audits(api: HubSpotApi, named: set[tuple[str, str]], notes: Notes) -> Iterator[Page]:
    """The audit of each pipeline, and of each stage that deals name and no pipeline lists any more."""
    pipelines = api.pipelines()
    records: list[Record] = []
    for identity in (pipeline["id"] for pipeline in pipelines):
        try:
            records.append(_audit(identity, None, api.pipeline_audit(identity)))
        except ConnectorError as refusal:
            _bear(refusal)
            notes.add(AUDITS, f"what was done to pipeline {identity} is not told: {refusal}")
    for pipeline, stage in _lost(pipelines, named, notes):
        try:
            records.append(_audit(pipeline, stage, api.stage_audit(pipeline, stage)))
        except ConnectorError as refusal:
            _bear(refusal)  # the stage was never in this pipeline
    yield Page(records, {}, last=True)


def rules(api: HubSpotApi, notes: Notes) -> Iterator[Page]:
    """The rules of each pipeline."""
    records: list[Record] = []
    for identity in (pipeline["id"] for pipeline in api.pipelines()):
        try:
            records.append(Record(identity, orjson.dumps(api.pipeline_rules(identity)).decode()))
        except ConnectorError as refusal:
            _bear(refusal)
            notes.add(RULES, f"the rules of pipeline {identity} are not told: {refusal}")
    yield Page(records, {}, last=True)


def declared_rules(api: HubSpotApi) -> list[str]:
    """The rules in words, a line each; says so when they may not be read."""
    lines: list[str] = []
    try:
        for pipeline in api.pipelines():
            names = {str(s.get("id")): str(s.get("label")) for s in pipeline.get("stages") or ()}
            told = api.pipeline_rules(pipeline["id"])
            lines += [f"rule of pipeline {pipeline.get('label')!r}: {line}" for line in in_words(told, names)]
    except CredentialsError:
        raise
    except ConnectorError as refusal:
        if refusal.retryable:
            raise
        return [f"pipeline rules: NOT readable ({refusal})"]
    return lines or ["pipeline rules: none are set"]


def in_words(told: Object, names: Mapping[str, str]) -> Iterator[str]:
    """What one pipeline's rules forbid; `names` gives stages their labels."""
    validation = _part(told, "governanceValidationRules")
    for key, everywhere, somewhere in (
        ("noSkippingStagesRule", "no stage may be skipped", "must not be skipped: "),
        ("noBackwardsMovementRule", "no deal may move back", "no deal may move back from: "),
    ):
        rule = _part(validation, key)
        if rule.get("enabledForAllStages") is True:
            yield everywhere
        elif stages := _stages(rule, names):
            yield somewhere + stages
    if stages := _stages(_part(validation, "objectCreationRule"), names):
        yield f"deals may be created only in: {stages}"
    for approval in told.get("approvalStageRules") or ():
        stage = str(approval.get("pipelineStageId"))
        how = "all of" if approval.get("approvalMode") == "ALL" else "one of"
        count = len(approval.get("approverUserIds") or ())
        yield f"to enter {names.get(stage, stage)}, {how} {count} approvers must agree"


def _lost(pipelines: list[Object], named: set[tuple[str, str]], notes: Notes) -> list[tuple[str, str]]:
    listed = {str(stage.get("id")) for pipeline in pipelines for stage in pipeline.get("stages") or ()}
    known = {pipeline["id"] for pipeline in pipelines}
    lost = sorted(pair for pair in named if pair[0] in known and pair[1] not in listed)
    if len(lost) > MOST_STAGES:
        notes.add(AUDITS, f"deals name {len(lost)} stages that no pipeline lists; {MOST_STAGES} of them were looked up")
    return lost[:MOST_STAGES]


def _bear(refusal: ConnectorError) -> None:
    """An audit or a beta that the account doesn't offer is no reason to lose the night; anything else is."""
    if refusal.retryable or isinstance(refusal, CredentialsError | MissingScopeError):
        raise refusal


def _audit(pipeline: str, stage: str | None, told: list[Object]) -> Record:
    payload = {"pipelineId": pipeline, "stageId": stage, "results": told}
    return Record(pipeline if stage is None else f"{pipeline}:{stage}", orjson.dumps(payload).decode())


def _part(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = of.get(key)
    return part if isinstance(part, Mapping) else {}


def _stages(rule: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(str(stage), str(stage)) for stage in rule.get("pipelineStageIds") or ())
