"""Who moved a deal, as far as each CRM tells; and an Odoo that tells no history: its versions are one, from then on.

One build of five simulated accounts, each synced before and after people and machines moved deals in them.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from connectors.sandbox import Create, MoveStage, Organisation
from tests.e2e.accounts import CRMS, Account, Built, build, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

SALESPERSON = "odoo_sales"
"""The account whose key is a salesperson's, who may not see what was tracked."""
ACTORS = ("person", "integration", "import", "workflow")
TOLD = {
    "hubspot": {"person": "person", "integration": "integration", "import": "import", "workflow": "workflow"},
    # An import writes as the user who runs it: the entry of connections.yml names that one among the system's actors.
    "salesforce": {
        "person": "person",
        "integration": "integration",
        "import": "integration",
        "workflow": "integration",
    },
    "pipedrive": {"person": "person", "integration": "integration", "import": "import", "workflow": "workflow"},
    "odoo": {"person": "person", "integration": "integration", "import": "integration", "workflow": "workflow"},
}
HOUR = 3_600_000


@dataclass
class Played:
    built: Built
    moved: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    """Account and actor: the deal that it moved, and when."""
    guilty: set[tuple[str, str]] = field(default_factory=set)
    """Deal and step of the salesperson's account of which the stories say so."""
    judged: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("who")
    accounts = []
    found = Played(Built(folder / "build"))
    with ExitStack() as stack:
        for name in (*CRMS, SALESPERSON):
            crm = name.partition("_")[0]
            sandbox = stack.enter_context(start(crm, {"t": Organisation(seed=9, deals=40)}))
            account = Account(crm, sandbox, "t", folder / name, name=name)
            if name == SALESPERSON:
                sandbox.turn("t", salesperson_only=True)
                told = [truth for truth in account.world.truth() if truth.steps is not None]
                found.judged = {f"{name}:{truth.deal_id}" for truth in told}
                found.guilty = {
                    (f"{name}:{truth.deal_id}", step)
                    for truth in told
                    for step, state in (truth.steps or {}).items()
                    if state in ("missing", "late")
                }
            deals = [sandbox.apply("t", Create()) for _ in ACTORS]
            account.good_sync()
            account.world.last_edit += HOUR
            for actor, deal in zip(ACTORS, deals, strict=True):
                sandbox.apply("t", MoveStage(deal, "decisionmakerboughtin", actor))  # type: ignore[arg-type]
                found.moved[name, actor] = (deal, account.now())
            account.world.last_edit += HOUR
            account.good_sync()
            sandbox.apply("t", MoveStage(found.moved[name, "person"][0], "contractsent"))
            account.world.last_edit += HOUR
            account.good_sync()
            accounts.append(account)
        layers = ("staging", "canonical", "compliance")
        as_of = max(account.now() for account in accounts)
        found.built = build(folder / "build", accounts, as_of, " ".join(f"path:models/{name}" for name in layers))
    return found


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("crm", CRMS)
def test_a_move_is_told_with_the_kind_of_its_maker(played: Played, crm: str, actor: str) -> None:
    deal, at = played.moved[crm, actor]
    told = played.built.query(
        "select actor_kind from canonical.int_stage_changes "
        f"where deal_key = '{crm}:{deal}' and abs(epoch(entered_at) - epoch(timestamp '{at:%Y-%m-%d %H:%M:%S}')) <= 1"
    )
    assert told == [(TOLD[crm][actor],)]


def test_without_tracking_each_sync_adds_to_the_walk(played: Played) -> None:
    deal, _ = played.moved[SALESPERSON, "person"]
    told = played.built.query(
        "select stage_key, source, entered_at from canonical.int_stage_changes "
        f"where deal_key = '{SALESPERSON}:{deal}' order by entered_at"
    )
    assert [stage for stage, *_ in told][-2:] == ["propose", "close"]
    assert {source for _, source, _ in told[-2:]} == {"snapshot"}


def test_nobody_is_accused_falsely_for_what_came_before_the_first_sync(played: Played) -> None:
    accused = played.built.query(
        "select deal_key, step_key from compliance.int_step_verdicts "
        f"where deal_key like '{SALESPERSON}:%' and state in ('missing', 'late')"
    )
    assert {(deal, step) for deal, step in accused if deal in played.judged} <= played.guilty
