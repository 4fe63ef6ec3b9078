"""A CRM's fields change between two syncs: nothing fails, the past stays, a note names the field, its return is seen.

Salesforce and Odoo describe their fields; what HubSpot and Pipedrive do without is in the tests of their connectors.
"""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from connectors.sandbox import MoveStage
from tests.e2e.accounts import Account
from tests.e2e.test_completeness import TOKEN, live, opened, pause, table

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

FIELD = {"salesforce": "Opportunity.Type", "odoo": "crm.lead.x_deal_type"}
"""A field that the connection asks for, as the knob names it."""


def told(account: Account, deal: str) -> dict[str, object]:
    payload: dict[str, object] = orjson.loads(dict(account.lake.payloads(table(account.crm), "acme"))[deal])
    return payload


@pytest.mark.parametrize("crm", FIELD)
def test_a_field_that_is_withdrawn_is_told_and_read_again_everywhere_when_it_comes_back(
    crm: str, tmp_path: Path
) -> None:
    name = FIELD[crm].rpartition(".")[2]
    with opened(crm, tmp_path, 12) as (account, hands):
        account.good_sync()
        moved, quiet = sorted(live(account))[:2]
        before = {deal: told(account, deal)[name] for deal in (moved, quiet)}
        account.sandbox.turn(TOKEN, missing_fields=(FIELD[crm],))
        pause(account, hands, 60)
        account.sandbox.apply(TOKEN, MoveStage(moved, "contractsent"))
        without = account.good_sync()
        assert any(name in note for note in without.streams[0].notes), without.streams[0].notes
        assert name not in told(account, moved)
        versions = [text for text in _every_version(account, moved) if f'"{name}"' in text]
        assert versions, "what it said before stays in the lake"
        account.sandbox.turn(TOKEN, missing_fields=())
        pause(account, hands, 60)
        again = account.good_sync()
        assert again.streams[0].since is None, "all deals are read again, not only those that changed"
        assert {deal: told(account, deal)[name] for deal in (moved, quiet)} == before
        pause(account, hands, 60)
        assert account.good_sync().streams[0].since is not None


def _every_version(account: Account, deal: str) -> list[str]:
    batches = account.lake.reader.envelope_batches(account.lake._paths(table(account.crm), "acme"), "acme")
    return [row["payload"] for batch in batches for row in batch.to_pylist() if row["id"] == deal]
