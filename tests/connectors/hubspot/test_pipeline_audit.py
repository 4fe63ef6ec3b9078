"""What the account tells of its pipelines and fields over time: stages taken away, rules, histories at their limit."""

from __future__ import annotations

import orjson
import pytest

from connectors.contract import MissingScopeError
from connectors.lake import Lake
from connectors.sandbox import DEFAULT_NOW, Knobs, SetField, start_sandbox
from connectors.sync import sync_connection
from tests.connectors.http_fakes import Hands
from tests.connectors.hubspot.fake_hubspot import (
    START,
    TOKEN,
    FakeHubSpot,
    connect,
    read_all,
    stamp,
    stream,
)
from tests.connectors.hubspot.over_sandbox import SMALL, deals_only, reading


def test_the_audit_tells_of_stages_that_no_pipeline_lists_any_more():
    hands = Hands()
    with start_sandbox({TOKEN: SMALL}, clock=lambda: hands.now) as sandbox:
        portal = sandbox.portal(TOKEN)
        portal.pipelines.rename_stage("default", "contractsent", "Paper out", portal.now)
        portal.pipelines.delete_stage("default", "contractsent", portal.now + 1000)
        connector = reading(sandbox, hands)
        read_all(connector, "deals")
        audits = {r.id: orjson.loads(r.payload) for r in read_all(connector, "pipeline_audits")}
        asked = sandbox.stats(TOKEN)["by_kind"]
        connector.close()
    assert set(audits) == {"default", "renewals", "default:contractsent"}
    last = audits["default:contractsent"]["results"][0]
    assert (last["action"], last["rawObject"]["label"]) == ("DELETE", "Paper out")
    assert sum(count for path, count in asked.items() if path.endswith("/audit")) == 3


def test_an_account_without_audits_loses_nothing_but_names():
    fake = FakeHubSpot()
    connector = connect(fake)
    assert read_all(connector, "pipeline_audits") == []
    assert "what was done to pipeline default is not told" in connector.notes(stream(connector, "pipeline_audits"))[0]
    connector.close()


def test_declared_rules_are_read_only_when_asked_for_and_told_in_words():
    hands = Hands()
    with start_sandbox({TOKEN: SMALL}, clock=lambda: hands.now) as sandbox:
        pipelines = sandbox.portal(TOKEN).pipelines
        pipelines.rules["default"] = {
            "noSkippingStagesRule": {"enabledForAllStages": True, "pipelineStageIds": []},
            "noBackwardsMovementRule": {"enabledForAllStages": False, "pipelineStageIds": ["contractsent"]},
            "objectCreationRule": {"pipelineStageIds": ["appointmentscheduled"]},
        }
        pipelines.approvals["default"] = [
            {"pipelineStageId": "contractsent", "approverUserIds": ["1", "2"], "approvalMode": "ALL"}
        ]
        plain = reading(sandbox, hands)
        assert "pipeline_rules" not in {each.name for each in plain.streams()}
        assert not any("rule" in line for line in plain.probe())
        plain.close()
        connector = reading(sandbox, hands, import_pipeline_rules=True)
        lines = [line for line in connector.probe() if line.startswith("rule of")]
        rules = {r.id: orjson.loads(r.payload) for r in read_all(connector, "pipeline_rules")}
        connector.close()
    assert [line.partition(": ")[2] for line in lines] == [
        "no stage may be skipped",
        "no deal may move back from: Contract Sent",
        "deals may be created only in: Appointment Scheduled",
        "to enter Contract Sent, all of 2 approvers must agree",
    ]
    assert rules["default"]["governanceValidationRules"]["noSkippingStagesRule"]["enabledForAllStages"] is True


def test_rules_that_may_not_be_read_are_no_failure():
    hands = Hands()
    with start_sandbox({TOKEN: SMALL}, Knobs(missing_scopes=("pipeline_rules",)), clock=lambda: hands.now) as sandbox:
        connector = reading(sandbox, hands, import_pipeline_rules=True)
        assert connector.probe()[-1].startswith("pipeline rules: NOT readable")
        with pytest.raises(MissingScopeError):
            read_all(connector, "pipeline_rules")
        connector.close()


def test_a_history_as_long_as_hubspot_keeps_raises_a_doubt():
    fake = FakeHubSpot()
    versions = [{"value": f"s{n}", "timestamp": stamp(START)} for n in range(20)]
    fake.put("deals", 1, START, history={"dealstage": versions}, dealstage="s0", hs_is_closed="false")
    connector = connect(fake)
    read_all(connector, "deals")
    assert "1 of deals have 20 or more versions of dealstage" in connector.notes(stream(connector, "deals"))[0]
    connector.close()


def test_edits_of_fields_arrive_with_their_makers(tmp_path):
    hands, lake = Hands(), Lake(tmp_path)
    with start_sandbox({TOKEN: SMALL}, clock=lambda: hands.now) as sandbox:
        deal = next(truth.deal_id for truth in SMALL.truth() if truth.whereabouts == "live")
        sandbox.apply(TOKEN, SetField(deal, "amount", "7", actor="import"))
        connector = deals_only(reading(sandbox, hands))
        sync_connection(connector, lake, clock=lambda: DEFAULT_NOW)
        connector.close()
    told = orjson.loads(dict(lake.payloads("hubspot/deals", "emea"))[deal])["propertiesWithHistory"]["amount"][0]
    assert (told["value"], told["sourceType"]) == ("7", "IMPORT")
