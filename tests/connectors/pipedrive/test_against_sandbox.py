"""The connector against the sandbox's sockets: the walks of the truth come out, whatever the server does on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from connectors.pipedrive.open import open_connector
from connectors.sandbox import AddContact, Archive, LogActivity, Merge, MoveStage, Organisation, Reown, SetField, Vanish
from connectors.sandbox.pipedrive.plots import CANNOT_KNOW
from tests.connectors.http_fakes import Hands
from tests.connectors.pipedrive.fake_pipedrive import read_all
from tests.e2e.accounts import Account, Built, build, start

TOKEN = "canary-pipedrive-token"
ORGANISATION = Organisation(seed=11, deals=120)
UNTOLD = {*CANNOT_KNOW, "flicker"}
"""Slips of the mouse are taken out further up, by the process's own measure."""


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    hands = Hands()
    with start("pipedrive", {TOKEN: ORGANISATION}, clock=lambda: hands.now) as sandbox:
        made = Account("pipedrive", sandbox, TOKEN, tmp_path)
        made.hands = hands  # type: ignore[attr-defined]
        yield made


def everything(account: Account) -> dict[str, list[tuple[str, bool, str]]]:
    timing = account.hands.timing()  # type: ignore[attr-defined]
    connector = open_connector(account.settings, account.env, account.now, timing=timing)
    try:
        return {
            s.name: sorted((r.id, r.is_deleted, r.payload) for r in read_all(connector, s.name))
            for s in connector.streams()
        }
    finally:
        connector.close()


def test_what_goes_wrong_on_the_way_changes_nothing_that_arrives(account: Account) -> None:
    undisturbed = everything(account)
    for fault in (
        {"too_many_every": 5},
        {"server_error_every": 7, "reset_every": 5},
        {"truncate_every": 6, "html_every": 9},
    ):
        account.sandbox.turn(TOKEN, **fault)
        assert everything(account) == undisturbed, fault
        account.sandbox.turn(TOKEN, **dict.fromkeys(fault, 0))


def walks(built: Built) -> dict[str, list[tuple[str, datetime]]]:
    found: dict[str, list[tuple[str, datetime]]] = {}
    rows = built.query(
        "select deal_key, stage_key, entered_at from canonical.int_stage_changes "
        "order by deal_key, entered_at, change_id"
    )
    for deal, stage, entered in rows:
        entries = found.setdefault(deal.partition(":")[2], [])
        # Two stages of the CRM may be one of the process: then the deal has only moved on within it.
        if not entries or entries[-1][0] != stage:
            entries.append((stage, entered))
    return found


@pytest.mark.slow
def test_walks_equal_the_truth_after_nights_of_edits(account: Account, tmp_path: Path) -> None:
    account.good_sync()
    opened = [
        truth.deal_id for truth in account.world.truth() if truth.status == "open" and truth.whereabouts == "live"
    ]
    closed = [
        truth.deal_id for truth in account.world.truth() if truth.status != "open" and truth.whereabouts == "live"
    ]
    for edit in (
        MoveStage(opened[0], "contractsent"),
        MoveStage(opened[1], "closedlost"),
        MoveStage(closed[0], "qualifiedtobuy"),
        SetField(opened[2], "amount", "4711.5"),
        Reown(opened[3], 2),
        AddContact(opened[4]),
        LogActivity(opened[5], "email", "INCOMING_EMAIL"),
        Archive(opened[6]),
        Vanish(closed[1]),
        Merge(opened[7], opened[8]),
    ):
        account.sandbox.apply(TOKEN, edit)
    before = account.sandbox.stats(TOKEN)["requests"]
    account.good_sync()
    assert account.sandbox.stats(TOKEN)["requests"] - before < 60
    truth = {deal.deal_id: deal for deal in account.world.truth()}
    built = build(tmp_path / "build", [account], account.now(), "path:models/staging path:models/canonical")
    rows = built.query("select deal_id, stage_key, is_deleted, amount from canonical.int_deals")
    live = {deal: (stage, amount) for deal, stage, is_deleted, amount in rows if not is_deleted}
    assert set(live) == {deal for deal, told in truth.items() if told.whereabouts == "live"}
    assert {deal: stage for deal, (stage, _) in live.items()} == {deal: truth[deal].stage_key for deal in live}
    assert live[opened[2]][1] == truth[opened[2]].amount
    found = walks(built)
    wrong = {}
    for deal in live:
        told = truth[deal]
        expected = [(visit.stage_key, visit.entered_at.replace(tzinfo=None, microsecond=0)) for visit in told.visits]
        if told.visits_certain and told.plot not in UNTOLD and found[deal] != expected:
            wrong[deal, told.plot] = (found[deal], expected)
    assert not wrong
