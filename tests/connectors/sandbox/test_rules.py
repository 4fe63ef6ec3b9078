"""What the account's pipeline rules forbid and what the story-teller calls a move off the path are the same deals."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from connectors.sandbox import DealTruth, Organisation, start_sandbox
from tests.connectors.sandbox.browsing import Browser

ORGANISATION = Organisation(seed=4, deals=600)
RULES = {
    # Develop is shown by two stages, so only the stages that stand alone for theirs can be demanded.
    "noSkippingStagesRule": {
        "enabledForAllStages": False,
        "pipelineStageIds": ["decisionmakerboughtin", "contractsent"],
    },
    "objectCreationRule": {"pipelineStageIds": ["appointmentscheduled"]},
}
PATH = ("qualify", "develop", "propose", "close", "won")
STANDS_FOR = {"decisionmakerboughtin": "propose", "contractsent": "close"}


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[list[str], dict, dict[str, list[str]]]]:
    """The default pipeline's stages in order, its rules, and every deal's walk, all by HTTP."""
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        sandbox.portal("t").pipelines.rules["default"] = RULES
        browser = Browser(sandbox.url)
        stages = browser.get("/crm/v3/pipelines/deals/default/stages").json()["results"]
        told = browser.get("/crm/pipelines-rules/2026-09-beta/0-3/default").json()
        walks = {
            deal["id"]: [entry["value"] for entry in deal["propertiesWithHistory"]["dealstage"][::-1]]
            for deal in browser.every("deals", propertiesWithHistory="dealstage")
        }
        yield [stage["id"] for stage in stages], told["governanceValidationRules"], walks


def judged() -> Iterator[DealTruth]:
    """Deals whose every move is told, and in an order that is known."""
    for story, truth in zip(ORGANISATION.stories(), ORGANISATION.truth(), strict=True):
        told = truth.visits_certain and story.first_shown is None and "dealstage" not in story.withheld
        if truth.is_judged and told and story.plot != "stages_at_once":
            yield truth


def test_a_skip_is_a_breach_of_the_rule_against_skipping(account) -> None:
    order, rules, walks = account
    demanded = rules["noSkippingStagesRule"]["pipelineStageIds"]
    found = 0
    for truth in judged():
        walk = [stage for stage in walks[truth.deal_id] if stage != "closedlost"]
        breached = {
            STANDS_FOR[stage]
            for left, entered in itertools.pairwise(walk)
            for stage in demanded
            if order.index(left) < order.index(stage) < order.index(entered)
        }
        skipped = {
            stage
            for move in truth.moves
            if move.kind == "stage_skipped"
            for stage in PATH[PATH.index(str(move.from_stage)) + 1 : PATH.index(move.to_stage)]
        }
        assert breached == skipped & set(STANDS_FOR.values()), truth
        found += bool(breached)
    assert found > 3


def test_a_deal_born_late_is_a_breach_of_the_rule_of_creation(account) -> None:
    _, rules, walks = account
    allowed = rules["objectCreationRule"]["pipelineStageIds"]
    born_late = {t.deal_id for t in judged() if any(move.kind == "born_late" for move in t.moves)}
    assert born_late
    assert born_late == {t.deal_id for t in judged() if walks[t.deal_id][0] not in allowed}
