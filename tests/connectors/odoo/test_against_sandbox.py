"""The connector against the simulated Odoo's sockets: in every version each object agrees with Odoo's own count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.lake import Lake
from connectors.odoo.open import open_connector
from connectors.sandbox import Merge, MoveStage, Organisation, Vanish
from connectors.sandbox.odoo.entry import connection_entry
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.server import start_sandbox
from connectors.sync import sync_connection

CANARY = "canary-key-of-the-simulated-odoo"
ORGANISATION = Organisation(seed=17, deals=120)


@pytest.fixture
def server():
    made = []

    def make(**knobs):
        made.append(start_sandbox({CANARY: ORGANISATION}, Knobs(**knobs)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def connect(sandbox, **options):
    entry, env = connection_entry(sandbox.url, CANARY, "SIM")
    entry["options"] |= options
    return open_connector(SimpleNamespace(name="acme", fields={}, read_fields=[], **entry), env, lambda: now(sandbox))


def now(sandbox) -> datetime:
    return datetime.fromtimestamp(sandbox.portal(CANARY).last_edit / 1000, UTC) + timedelta(minutes=1)


def night(sandbox, lake, **options):
    connector = connect(sandbox, **options)
    moment = now(sandbox)
    try:
        return sync_connection(connector, lake, clock=lambda: moment)
    finally:
        connector.close()


def agrees(outcome) -> bool:
    assert (outcome.state, outcome.error) == ("good", None)
    assert not outcome.streams[0].history_differs
    return all(s.theirs is None or s.ours == s.theirs for s in outcome.streams)


OTHERS = [pytest.param(version, marks=pytest.mark.slow) for version in (14, 16, 18)]


@pytest.mark.parametrize("version", [*OTHERS, 17, 19])
def test_two_nights_with_moves_a_merge_and_a_deletion_agree_with_odoos_counts(server, tmp_path, version):
    sandbox, lake = server(version=version), Lake(tmp_path)
    first = night(sandbox, lake, page_size=50)
    assert agrees(first)
    assert [s.stream for s in first.streams if not s.covered] == []
    live = [t.deal_id for t in sandbox.portal(CANARY).truth() if t.whereabouts == "live"]
    sandbox.apply(CANARY, MoveStage(live[0], "closedwon"))
    sandbox.apply(CANARY, Merge(live[1], live[2]))
    sandbox.apply(CANARY, Vanish(live[3]))
    assert agrees(night(sandbox, lake))
    assert lake.live_count("odoo/leads", "acme") == len(live) - 2


@pytest.mark.parametrize("version", [17, 19])
def test_a_salesperson_without_the_sales_app_still_gets_the_deals(server, tmp_path, version):
    sandbox = server(version=version, salesperson_only=True, without_sale=True)
    outcome = night(sandbox, Lake(tmp_path))
    assert agrees(outcome)
    assert {s.stream for s in outcome.streams if not s.covered} == {"tracking_values", "orders"}
    connector = connect(sandbox)
    text = "\n".join(connector.probe())
    connector.close()
    assert "history needs an administrator" in text
    assert "orders: NOT there" in text


def test_removed_fields_are_remarked(server, tmp_path):
    outcome = night(server(missing_fields=("crm.lead.x_deal_type",)), Lake(tmp_path))
    assert agrees(outcome)
    assert any("no field x_deal_type" in note for note in outcome.streams[0].notes)


def test_the_key_is_nowhere_in_the_lake(server, tmp_path: Path):
    assert agrees(night(server(version=19), Lake(tmp_path)))
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes()
