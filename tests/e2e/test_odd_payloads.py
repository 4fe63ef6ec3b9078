"""No single value of a CRM breaks the night: every field of every object may be absent, of another type, or nonsense.

The odd records lie in the lake beside the usual ones, which must come out as before.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.lake import LakeRow
from connectors.sandbox import Organisation
from tests.e2e.accounts import CRMS, Account, build, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ABSENT = object()
ODD: tuple[Any, ...] = (
    ABSENT, None, "", "abc", -1, 0.1, 1e30, 12345678901234567890, True, [], {}, [None], {"a": None},
    "0", "-5", "NaN", "Infinity", "1e400", "99999999999999999999", 1772323200000, "1772323200000", "2026-03-01",
    "2026-13-45T99:99:99Z", "2026-03-01T10:00:00+03:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "+275760-09-13T00:00:00Z", "ü😀'\"\\",
)  # fmt: skip
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
            for odd in ODD:
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
