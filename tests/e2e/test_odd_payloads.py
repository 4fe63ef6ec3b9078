"""No single value of a CRM breaks the night: every field of every object may be absent, of another type, or nonsense.

The odd records lie in the lake beside the usual ones, which must come out as before; and the simulated CRMs send such
values through the real connectors.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Clock, Connector
from connectors.http.retry import Timing
from connectors.lake import LakeRow
from connectors.sandbox import Organisation
from connectors.sandbox.odd import ABSENT, ODD_VALUES
from tests.e2e.accounts import CRMS, Account, build, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

SAMPLES = 2
FIRST_ODD_ID = 900_000_000
Place = tuple[str | int, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a payload, of lists the first two."""
    if at:
        yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, part in inside:
        yield from places(part, (*at, key))


def changed(payload: Any, at: Place, odd: Any) -> Any:
    """The payload with something else at one place."""
    whole = copy.deepcopy(payload)
    part = whole
    for key in at[:-1]:
        part = part[key]
    if odd is ABSENT:
        del part[at[-1]]
    else:
        part[at[-1]] = odd
    return whole


def odd_rows(account: Account, table: str, seq: int) -> list[LakeRow]:
    """Odd brothers, each with an id of its own, of the longest payloads of a table."""
    told = sorted(account.lake.payloads(table, account.name), key=lambda record: -len(record[1]))
    rows: list[LakeRow] = []
    now = account.now()
    for identity, text in told[:SAMPLES]:
        payload = json.loads(text)
        for at in places(payload):
            for odd in ODD_VALUES:
                own = str(FIRST_ODD_ID + seq + len(rows))
                brother = changed(payload, at, odd)
                for key in ("id", "Id"):
                    if key in brother and at != (key,):
                        brother[key] = own if isinstance(brother[key], str) else int(own)
                prefix = identity.rpartition(":")[0]
                lake_id = f"{prefix}:{own}" if prefix else own
                stamp = None if len(rows) % 3 == 0 else now
                place = seq + len(rows)
                rows.append(LakeRow(account.name, "record", lake_id, stamp, False, now, place, json.dumps(brother)))
    return rows


@pytest.mark.parametrize("crm", CRMS)
def test_odd_values_break_no_model_and_no_other_deal(crm: str, tmp_path: Path) -> None:
    with start(crm, {"t": Organisation(seed=5, deals=30)}) as sandbox:
        account = Account(crm, sandbox, "t", tmp_path)
        seq = (account.good_sync().watermark or 0) + 1
        for table in account.lake.table_names():
            if table.startswith(f"{crm}/"):
                rows = odd_rows(account, table, seq)
                account.lake.append(table, rows)
                seq += len(rows)
        account.outcomes[-1].watermark = seq
        live = {deal.deal_id: deal for deal in account.world.truth() if deal.whereabouts == "live"}
        built = build(tmp_path / "build", [account], account.now(), "path:models/staging path:models/canonical")
    told = dict(built.query("select deal_id, amount from canonical.int_deals where not is_deleted"))
    assert {name: told[name] for name in live} == {name: deal.amount for name, deal in live.items()}
    assert len(told) > 2 * len(live), "odd deals are told as well"


SYSTEM_OWN = {
    "hubspot": ("id", "after", "total", "archived"),
    "salesforce": (
        "Id", "totalSize", "done", "nextRecordsUrl", "httpStatusCode", "referenceId", "SystemModstamp", "CreatedDate",
        "IsDeleted", "name", "type",
    ),
    "pipedrive": (
        "id", "deal_id", "success", "total_count", "next_cursor", "more_items_in_collection", "is_deleted", "status",
        "field_code",
    ),
    "odoo": ("id", "result", "name", "active"),
}  # fmt: skip
"""What no person and no import can fill in: names and stamps of rows, and what holds a list together."""
DEALS = {"hubspot": "deals", "salesforce": "opportunities", "pipedrive": "deals", "odoo": "leads"}


class Patient(Account):
    """An account whose connector waits in no time."""

    def open(self, clock: Clock | None = None) -> Connector:
        connector: Connector = import_module(f"connectors.{self.crm}.open").open_connector(
            self.settings, self.env, clock or self.now, workspace=self.folder, timing=Timing(sleep=lambda _: None)
        )
        return connector

    def deals(self) -> dict[str, str]:
        return dict(self.lake.payloads(f"{self.crm}/{DEALS[self.crm]}", self.name))


@pytest.mark.parametrize("crm", CRMS)
def test_odd_values_that_a_crm_gives_come_through_its_reader_and_hurt_no_other_deal(crm: str, tmp_path: Path) -> None:
    with start(crm, {"t": Organisation(seed=5, deals=60)}) as sandbox:
        calm, odd = (Patient(crm, sandbox, "t", tmp_path / name) for name in ("calm", "odd"))
        calm.good_sync()
        sandbox.turn("t", odd_every=100, odd_seed=1, odd_keep=list(SYSTEM_OWN[crm]))
        odd.good_sync()
        live = {deal.deal_id: deal for deal in odd.world.truth() if deal.whereabouts == "live"}
        built = build(tmp_path / "build", [odd], odd.now(), "path:models/staging path:models/canonical")
    before, given = calm.deals(), odd.deals()
    assert before.keys() == given.keys(), "no row is lost for a value in it"
    untouched = {name for name, payload in given.items() if payload == before[name] and name in live}
    assert 5 < len(untouched) < len(live)
    told = dict(built.query("select deal_id, amount from canonical.int_deals where not is_deleted"))
    amounts = {name: live[name].amount or 0 for name in untouched}  # nothing and 0 are one in Pipedrive and in Odoo
    assert {name: told[name] or 0 for name in untouched} == amounts


@pytest.mark.parametrize("crm", CRMS)
def test_whatever_a_crm_answers_the_sync_is_good_or_says_what_is_wrong(crm: str, tmp_path: Path) -> None:
    """Also where a row's name, a list's end or a count is nonsense: that is the CRM's fault, and no defect of ours."""
    ended: Counter[str] = Counter()
    with start(crm, {"t": Organisation(seed=5, deals=12)}) as sandbox:
        for seed in range(16):
            account = Patient(crm, sandbox, "t", tmp_path / str(seed), options={"retry_seconds": 2})
            sandbox.turn("t", odd_every=(20, 60, 200, 600)[seed % 4], odd_seed=seed)
            outcome = account.sync()
            ended[outcome.state] += 1
            if outcome.state != "good":
                assert outcome.error is not None
                assert outcome.error.startswith("acme"), outcome.error
                assert "defect of Plumbline" not in outcome.error, (seed, outcome.error)
    assert ended["stale"] + ended["backfilling"] > 3, "most of it can't be read"
