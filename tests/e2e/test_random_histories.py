"""Whatever people do in a CRM between syncs, the warehouse tells what they did: over a thousand random lives per CRM.

The truth is kept by the edits of the simulated world, which know nothing of connectors and models.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

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
    Transfer,
    Vanish,
)
from connectors.sandbox.model import DealTruth, Story
from connectors.sandbox.stock import DEFAULT_PIPELINE, RENEWALS_PIPELINE, STAGE_MAP
from tests.e2e.accounts import CRMS, Account, Built, build, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

LIVES, EDITS, SYNCS = 1_000, 4_000, 12
OPEN_STAGES = {
    pipeline: [stage for stage, key in stages.items() if key not in ("won", "lost")]
    for pipeline, stages in STAGE_MAP.items()
}
CLOSED_STAGES = {pipeline: sorted(stages.keys() - OPEN_STAGES[pipeline]) for pipeline, stages in STAGE_MAP.items()}
DAY = 86_400_000


@dataclass
class Team:
    """People at work on one account. Who is gone isn't worked on."""

    account: Account
    chance: random.Random
    live: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def work(self) -> None:
        """One random edit, after a pause of seconds to hours; many fall into the same second."""
        world = self.account.world
        world.last_edit += self.chance.choice([-999, -999, 0, 5_000, 90_000, 3_600_000])
        act = self.chance.choice(
            ["create"] + ["move"] * 5 + ["close", "reopen", "transfer", "amount", "reown", "log", "contact", "delete",
             "restore", "merge", "vanish"]
        )  # fmt: skip
        if len(self.live) < 50:
            act = "create"
        try:
            getattr(self, act)()
        except ValueError as refused:  # this CRM can't do that at all
            self.done[f"refused: {refused}"[:40]] += 1
            return
        self.done[act] += 1

    def pick(self) -> str:
        return self.chance.choice(self.live)

    def edit(self, edit: object) -> str:
        return self.account.sandbox.apply(self.account.token, edit)  # type: ignore[arg-type]

    def create(self) -> None:
        actor = self.chance.choice(["person", "person", "integration", "import"])
        self.live.append(
            self.edit(
                Create(self.chance.choice(OPEN_STAGES[DEFAULT_PIPELINE]), owner=self.chance.randrange(8), actor=actor)
            )
        )

    def move(self) -> None:
        deal = self.pick()
        stage = self.chance.choice(OPEN_STAGES[self._story(deal).pipeline])
        self.edit(MoveStage(deal, stage, self.chance.choice(["person", "workflow"])))

    def close(self) -> None:
        deal = self.pick()
        self.edit(MoveStage(deal, self.chance.choice(CLOSED_STAGES[self._story(deal).pipeline])))

    def reopen(self) -> None:
        closed = [i for i in self.live[-200:] if self._stage(i) in CLOSED_STAGES[self._story(i).pipeline]]
        if closed:
            deal = self.chance.choice(closed)
            self.edit(MoveStage(deal, self.chance.choice(OPEN_STAGES[self._story(deal).pipeline])))

    def transfer(self) -> None:
        """Into the other pipeline, in a second of its own: Salesforce tells no order of stages and record types."""
        deal = self.pick()
        other = DEFAULT_PIPELINE if self._story(deal).pipeline == RENEWALS_PIPELINE else RENEWALS_PIPELINE
        self.account.world.last_edit += 1000
        self.edit(Transfer(deal, other, self.chance.choice(OPEN_STAGES[other])))
        self.account.world.last_edit += 1000

    def amount(self) -> None:
        self.edit(SetField(self.pick(), "amount", str(self.chance.randrange(1, 900) * 50)))

    def reown(self) -> None:
        self.edit(Reown(self.pick(), self.chance.randrange(8)))

    def log(self) -> None:
        self.edit(LogActivity(self.pick(), self.chance.choice(["meeting", "call", "email"]), minutes_ago=5))

    def contact(self) -> None:
        self.edit(AddContact(self.pick()))

    def delete(self) -> None:
        gone = self.pick()
        self.edit(Archive(gone))
        self.live.remove(gone)
        self.deleted.append(gone)

    def restore(self) -> None:
        if self.deleted:
            back = self.chance.choice(self.deleted)
            self.edit(Restore(back))
            self.deleted.remove(back)
            self.live.append(back)

    def vanish(self) -> None:
        gone = self.pick()
        self.edit(Vanish(gone))
        self.live.remove(gone)

    def merge(self) -> None:
        first, second = self.chance.sample(self.live, 2)
        survivor = self.edit(Merge(first, second))
        self.live = [i for i in self.live if i not in (first, second)] + [survivor]

    def _story(self, deal_id: str) -> Story:
        world = self.account.world
        return world.story(world.number(deal_id))

    def _stage(self, deal_id: str) -> str | None:
        return self._story(deal_id).value("dealstage")


@pytest.fixture(scope="module", params=CRMS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Team, Built]:
    """Random work with syncs in between at random moments; then a last sync a day later, and what is built of it."""
    folder = tmp_path_factory.mktemp(request.param)
    chance = random.Random(20261125)
    with start(request.param, {"t": Organisation(seed=3, deals=40)}) as sandbox:
        account = Account(request.param, sandbox, "t", folder)
        team = Team(account, chance)
        moments = sorted(chance.sample(range(EDITS), SYNCS))
        for number in range(EDITS):
            if number in moments:
                account.world.last_edit += chance.choice([0, 0, 60_000, DAY])
                account.good_sync()
            team.work()
        while account.world.deals < LIVES:
            team.create()
        account.world.last_edit += 8 * DAY  # late windows are closed, and all ids are compared again
        account.good_sync()
        as_of = account.now()
        truth = list(account.world.truth())
    team.truth = truth  # type: ignore[attr-defined]
    return team, build(folder / "build", [account], as_of, "path:models/staging path:models/canonical")


def _truth(played: tuple[Team, Built]) -> dict[str, DealTruth]:
    return {truth.deal_id: truth for truth in played[0].truth}  # type: ignore[attr-defined]


def test_the_work_was_of_every_kind(played: tuple[Team, Built]) -> None:
    team, _ = played
    assert team.account.world.deals >= LIVES
    for act in ("create", "move", "close", "reopen", "amount", "reown", "delete", "merge", "vanish"):
        assert team.done[act] > 50, team.done
    if team.account.crm != "odoo":  # where deleting is for ever, and teams keep their stages
        assert team.done["restore"] > 50, team.done
        assert team.done["transfer"] > 50, team.done


def test_every_deal_is_there_and_who_is_gone_is_marked(played: tuple[Team, Built]) -> None:
    _, built = played
    truth = _truth(played)
    told = {
        deal: (is_deleted, merged)
        for deal, is_deleted, merged in built.query("select deal_id, is_deleted, merged_into from canonical.int_deals")
    }
    live = {deal for deal, (is_deleted, merged) in told.items() if not is_deleted and merged is None}
    assert live == {deal for deal, deal_truth in truth.items() if deal_truth.whereabouts == "live"}
    assert set(told) <= set(truth)


def test_every_live_deal_stands_where_it_stands(played: tuple[Team, Built]) -> None:
    _, built = played
    rows = built.query(
        "select deal_id, stage_key, amount from canonical.int_deals where not is_deleted and merged_into is null"
    )
    told = {deal: (stage, amount) for deal, stage, amount in rows}
    staged = {
        deal: (truth.stage_key, truth.amount) for deal, truth in _truth(played).items() if truth.whereabouts == "live"
    }
    assert {deal: (told[deal], staged[deal]) for deal in staged if told[deal] != staged[deal]} == {}


def test_every_stage_entry_is_told_and_none_is_made_up(played: tuple[Team, Built]) -> None:
    """To the second, as CRMs keep time; of merged deals only what came after the merge."""
    _, built = played
    entries: dict[str, list[tuple[str, datetime]]] = {}
    for deal, stage, entered in built.query(
        "select deal_key, stage_key, entered_at from canonical.int_stage_changes order by entered_at, change_id"
    ):
        entries.setdefault(deal.partition(":")[2], []).append((stage, entered))
    wrong = {}
    for deal, truth in _truth(played).items():
        if truth.whereabouts != "live" or (not truth.visits_certain and truth.merged_at is None):
            continue
        since = truth.merged_at.replace(tzinfo=None) if truth.merged_at is not None else truth.created_at.min
        told = [(stage, at.replace(microsecond=0)) for stage, at in entries.get(deal, [])]
        staged = [(v.stage_key, v.entered_at.replace(tzinfo=None, microsecond=0)) for v in truth.visits]
        if _steps(told, since) != _steps(staged, since):
            wrong[deal] = (_steps(told, since), _steps(staged, since), truth.plot)
    assert len(wrong) == 0, (len(wrong), list(wrong.items())[:5])


def _steps(walk: list[tuple[str, datetime]], since: datetime) -> list[tuple[datetime, tuple[str, ...]]]:
    """A walk without repetitions; moves within one second have no order anywhere but in people's memory."""
    by_second: dict[datetime, list[str]] = {}
    for stage, at in walk:
        by_second.setdefault(at, []).append(stage)
    steps: list[tuple[datetime, tuple[str, ...]]] = []
    last = None
    for at, stages in sorted(by_second.items()):
        if stages != [last] and at > since:
            steps.append((at, tuple(sorted(set(stages)))))
        last = stages[-1]
    return steps
