"""After any sequence of edits the org answers as its truth stands, and as an org that never kept an index would."""

from __future__ import annotations

import random

import pytest

from connectors.sandbox import (
    AddContact,
    Archive,
    Create,
    LogActivity,
    Merge,
    MoveStage,
    Organisation,
    Reown,
    Restore,
    SetField,
    Vanish,
)
from connectors.sandbox.edits import apply
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.query import find
from connectors.sandbox.salesforce.schema import OF_DEALS, SOBJECTS
from connectors.sandbox.salesforce.words import STAGES, record_id

NATIVE = [stage for stage in STAGES if not stage.startswith("renewal")]


def work(org: Org, chance: random.Random) -> None:
    """One random edit of a deal that is there."""
    stories = [org.story(index) for index in range(org.deals)]
    there = [story for story in stories if story.merged_into is None]
    living = [org.deal_id(story.index) for story in there if story.archived_at is None]
    deleted = [org.deal_id(story.index) for story in there if story.archived_at is not None]
    first, second = chance.sample(living, 2)
    org.last_edit += chance.choice([-999, 0, 60_000])
    edits = [
        Create(chance.choice(NATIVE), owner=chance.randrange(8)),
        MoveStage(first, chance.choice(NATIVE)),
        SetField(first, "amount", str(chance.randrange(1, 99) * 100)),
        Reown(first, chance.randrange(8)),
        LogActivity(first),
        AddContact(first),
        Archive(first),
        Merge(first, second),
        Vanish(first),
        *(Restore(one) for one in deleted[:1]),
    ]
    apply(org, chance.choice(edits))


def entries(org: Org) -> dict[str, list[int]]:
    """Everything the index knows, of every object."""
    return {kind: list(org.index.between(kind, 0, 1 << 31)) for kind in OF_DEALS}


@pytest.mark.parametrize("seed", range(3))
def test_random_work_leaves_no_trace_but_its_own(seed):
    org, chance = Org(Organisation(seed, 30), Knobs()), random.Random(seed)
    for _ in range(4):
        for _ in range(15):
            work(org, chance)
        kept = entries(org)
        org.turn(Knobs())
        assert entries(org) == kept
    found = find(org, "SELECT Id FROM Opportunity", with_deleted=False)
    rows = dict(org.rows("Opportunity", found.numbers))
    truth = {deal.deal_id: deal for deal in org.truth() if deal.whereabouts == "live"}
    assert {row["Id"] for row in rows.values()} == set(truth)
    stages = {STAGES[stage].name for stage in STAGES}
    for row in rows.values():
        deal = truth[row["Id"]]
        status = "won" if row["IsWon"] else "lost" if row["IsClosed"] else "open"
        assert row["StageName"] in stages
        assert (status, row["Amount"]) == (deal.status, deal.amount and float(deal.amount))
        number = org.number(row["Id"])
        history = [entry for _, entry in org.records("OpportunityHistory", number)]
        if history:
            assert (history[-1]["StageName"], history[-1]["Amount"]) == (row["StageName"], row["Amount"])


@pytest.mark.parametrize("kind", list(OF_DEALS))
def test_a_record_s_number_stands_in_its_id(kind):
    org = Org(Organisation(2, 60), Knobs())
    for index in range(org.deals):
        for number, row in org.records(kind, index):
            assert row["Id"] == record_id(kind, number)
            assert row.keys() <= SOBJECTS[kind].fields.keys() | SOBJECTS[kind].paths.keys()
