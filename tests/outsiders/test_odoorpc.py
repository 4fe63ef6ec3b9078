"""An outsider that nobody here wrote, OdooRPC, logs in to the simulated Odoo and reads the truth by JSON-RPC."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from connectors.sandbox import Archive, MoveStage, Organisation
from connectors.sandbox.odoo.access import DATABASE, SALESPERSON
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.server import start_sandbox
from connectors.sandbox.odoo.words import ADMIN, ADMIN_LOGIN, STAGE_IDS

odoorpc = pytest.importorskip("odoorpc")


@pytest.fixture(scope="module", params=[14, 17, 19])
def sandbox(request):
    with start_sandbox({"t": Organisation(5, 120)}, Knobs(version=request.param)) as running:
        yield running


@pytest.fixture
def odoo(sandbox):
    client = odoorpc.ODOO("127.0.0.1", port=urlsplit(sandbox.url).port)
    client.login(DATABASE, ADMIN_LOGIN, "t")
    return client


def test_it_logs_in_and_knows_the_version(sandbox, odoo):
    assert odoo.version == f"{sandbox.portal('t').version}.0"
    assert odoo.env.uid == ADMIN
    assert odoo.env.user.name == "Administrator"
    assert odoo.db.list() == [DATABASE]
    with pytest.raises(odoorpc.error.RPCError):
        odoorpc.ODOO("127.0.0.1", port=urlsplit(sandbox.url).port).login(DATABASE, ADMIN_LOGIN, "wrong")


def test_its_records_are_the_deals_of_the_truth(sandbox, odoo):
    leads = odoo.env["crm.lead"].with_context(active_test=False)
    found = {lead["id"]: lead for lead in leads.search_read([("type", "=", "opportunity")])}
    truths = {int(t.deal_id): t for t in sandbox.portal("t").truth() if t.whereabouts == "live"}
    assert set(found) == set(truths)
    for number, truth in truths.items():
        assert Decimal(str(found[number]["expected_revenue"])) == (truth.amount or 0)
        assert found[number]["active"] == (truth.status != "lost")


def test_its_browsed_records_follow_references(sandbox, odoo):
    won = next(int(t.deal_id) for t in sandbox.portal("t").truth() if t.plot == "won_clean")
    lead = odoo.env["crm.lead"].browse(won)
    assert lead.stage_id.is_won
    assert lead.user_id.login.endswith("@example.com")
    assert lead.create_date < lead.date_closed
    rows = odoo.env["mail.message"].search([("model", "=", "crm.lead"), ("res_id", "=", won)])
    changes = odoo.env["mail.tracking.value"].search_read([("mail_message_id", "in", rows)], order="id")
    assert [row["new_value_char"] for row in changes][-1] in ("Closed Won", "Won")


def test_edits_show_and_a_salesperson_is_refused(sandbox, odoo):
    deals = [t.deal_id for t in sandbox.portal("t").truth() if t.plot.startswith("open_in") and t.whereabouts == "live"]
    sandbox.apply("t", MoveStage(deals[0], "contractsent"))
    sandbox.apply("t", Archive(deals[1]))
    leads = odoo.env["crm.lead"]
    assert leads.browse(int(deals[0])).stage_id.id == STAGE_IDS["contractsent"]
    assert leads.search_count([("id", "=", int(deals[1]))]) == 0
    seller = odoorpc.ODOO("127.0.0.1", port=urlsplit(sandbox.url).port)
    seller.login(DATABASE, sandbox.portal("t").crew.active[1].email, "t" + SALESPERSON)
    with pytest.raises(odoorpc.error.RPCError, match="Mail Tracking Value"):
        seller.env["mail.tracking.value"].search([])
