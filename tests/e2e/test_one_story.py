"""One sales organisation shown by four CRMs: the same walks and the same verdicts, whoever kept the record.

What a CRM can't show (each face's `plots.CANNOT_KNOW` says it, and why) may be in doubt there, and nobody is accused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest

from connectors.sandbox import DEFAULT_NOW, AddContact, Create, MoveStage, Organisation, SetField, Transfer
from connectors.sandbox.model import DealTruth
from orchestration.demo import cannot_know
from tests.e2e.accounts import CRMS, Account, Built, build, start

SEED, DEALS = 77, 600
ACCUSATIONS = ("late", "missing")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

DAY = 86_400_000
MOVES_PIPELINE = ("hubspot", "salesforce", "pipedrive")
"""Whose deals go from one pipeline to another; Odoo's stay with the stages of their team."""

Verdicts = dict[tuple[int, str], tuple[str, bool]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Built, dict[str, list[DealTruth]]]]:
    """One night over four accounts, each a CRM of its own; and the story, by the number of the deal."""
    folder = tmp_path_factory.mktemp("one_story")
    with ExitStack() as stack:
        accounts = []
        for crm in CRMS:
            sandbox = stack.enter_context(start(crm, {"t": Organisation(seed=SEED, deals=DEALS)}))
            accounts.append(Account(crm, sandbox, "t", folder / crm, name=crm))
        for account in accounts:
            if account.crm in MOVES_PIPELINE:
                _transferred(account)
            account.good_sync(lambda: DEFAULT_NOW)
        truth = {account.name: list(account.world.truth()) for account in accounts}
        yield build(folder / "build", accounts, DEFAULT_NOW, "path:models"), truth


def _transferred(account: Account) -> None:
    """Two deals that began as new business and were won as renewals; one of them came back in between."""
    world = account.world
    present = world.last_edit
    for further in ([], [("default", "decisionmakerboughtin"), ("renewals", "renewalquoted")]):
        world.last_edit = present - 60 * DAY
        deal = account.sandbox.apply("t", Create())
        for days, edit in (
            (0, SetField(deal, "amount", "1000")),
            (0, SetField(deal, "closedate", str(present))),  # everywhere, since Salesforce makes one up otherwise
            (0, AddContact(deal)),
            (7, MoveStage(deal, "qualifiedtobuy")),
            (6, Transfer(deal, "renewals", "renewalquoted")),
            *((4, Transfer(deal, pipeline, stage)) for pipeline, stage in further),
            (9, MoveStage(deal, "renewalwon")),
        ):
            world.last_edit += days * DAY
            account.sandbox.apply("t", edit)
    world.last_edit = present


def _verdicts(built: Built, truth: list[DealTruth], crm: str) -> Verdicts:
    number = {deal.deal_id: index for index, deal in enumerate(truth)}
    with_marts = built.query(
        f"select deal_id, step_key, state, is_due from marts.fct_step_results where connection = '{crm}'"
    )
    return {(number[deal], step): (state, is_due) for deal, step, state, is_due in with_marts}


@pytest.mark.parametrize("crm", CRMS)
def test_each_crm_tells_the_story_as_far_as_it_can_know(
    told: tuple[Built, dict[str, list[DealTruth]]], crm: str
) -> None:
    built, truths = told
    verdicts, doubted = _verdicts(built, truths[crm], crm), cannot_know(crm)
    wrong, accused, compared = {}, {}, 0
    for number, truth in enumerate(truths[crm]):
        if truth.whereabouts not in ("live", "archived") or truth.steps is None:
            continue
        for step, state in truth.steps.items():
            staged = (state, step in truth.due)
            found = verdicts.get((number, step), ("absent", False))
            if truth.whereabouts == "archived" and found == ("absent", False):
                continue  # deleted before the first sync: this CRM never showed it
            if {truth.plot, step, f"{truth.plot}/{step}"} & doubted:
                if found[1] and found[0] in ACCUSATIONS and found != staged:
                    accused[number, truth.plot, step] = (found, staged)
                continue
            compared += 1
            if found != staged:
                wrong[number, truth.plot, step] = (found, staged)
    assert accused == {}, "accusations that rest on nothing"
    assert len(wrong) == 0, (len(wrong), list(wrong.items())[:12])
    assert compared > 0.6 * 10 * DEALS


@pytest.mark.parametrize("crm", CRMS)
def test_walks_are_the_same_to_the_second(told: tuple[Built, dict[str, list[DealTruth]]], crm: str) -> None:
    built, truths = told
    doubted = cannot_know(crm)
    found: dict[str, list[tuple[str, datetime, str]]] = {}
    for deal, stage, entered in built.query(
        f"select deal_id, stage_key, entered_at from marts.fct_stage_visits where connection = '{crm}' order by visit_no"  # noqa: E501
    ):
        found.setdefault(deal, []).append((stage, entered.replace(microsecond=0)))
    wrong = {}
    for truth in truths[crm]:
        if not truth.visits_certain or not truth.is_judged or truth.whereabouts != "live" or truth.plot in doubted:
            continue
        staged = [(v.stage_key, v.entered_at.replace(tzinfo=None, microsecond=0)) for v in truth.visits]
        if found.get(truth.deal_id) != staged:
            wrong[truth.deal_id, truth.plot] = (found.get(truth.deal_id), staged)
    assert len(wrong) == 0, (len(wrong), list(wrong.items())[:5])


def test_doubt_is_the_exception(told: tuple[Built, dict[str, list[DealTruth]]]) -> None:
    """A CRM that knew nothing would agree with everything above."""
    built, truths = told
    for crm in CRMS:
        verdicts = _verdicts(built, truths[crm], crm)
        due = [state for state, is_due in verdicts.values() if is_due]
        assert len(due) > 0.5 * sum(len(t.due) for t in truths[crm] if t.whereabouts == "live"), crm


def test_a_change_of_pipeline_gives_one_verdict(told: tuple[Built, dict[str, list[DealTruth]]]) -> None:
    """A stage counts in the pipeline that the deal was in then, and not in the one that it is in now."""
    built, truths = told
    found = {}
    for crm in MOVES_PIPELINE:
        moved = [truth.deal_id for truth in truths[crm] if truth.plot == "created_by_edit"]
        walks = built.query(
            "select deal_id, stage_key, datetrunc('second', entered_at) from marts.fct_stage_visits "
            f"where connection = '{crm}' order by visit_no"
        )
        steps = built.query(
            f"select deal_id, step_key, state, is_due from marts.fct_step_results where connection = '{crm}'"
        )
        found[crm] = [
            ([row[1:] for row in walks if row[0] == deal], sorted(row[1:] for row in steps if row[0] == deal))
            for deal in moved
        ]
    assert [[stage for stage, _ in walk] for walk, _ in found["hubspot"]] == [
        ["qualify", "develop", "propose", "won"],
    ] * 2
    assert all(steps for _, steps in found["hubspot"])
    assert found["salesforce"] == found["hubspot"]
    assert found["pipedrive"] == found["hubspot"]
