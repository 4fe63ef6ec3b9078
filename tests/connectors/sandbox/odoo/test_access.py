"""Who may do what in the simulated Odoo, by which protocol, and what a domain means."""

from __future__ import annotations

import pytest
import requests

from connectors.sandbox.odoo.access import DATABASE, SALESPERSON
from connectors.sandbox.odoo.words import ADMIN_LOGIN, FIRST_SELLER
from tests.connectors.sandbox.odoo.calling import ALL, Caller, Refused


def test_without_the_sales_app_there_are_no_orders(odoo):
    sandbox, caller = odoo
    installed = [["name", "=", "sale_crm"], ["state", "=", "installed"]]
    assert caller.call("sale.order", "search_count", domain=[]) > 0
    assert caller.call("ir.module.module", "search_count", domain=installed) == 1
    sandbox.turn(without_sale=True)
    with pytest.raises(Refused, match="exist"):
        caller.call("sale.order", "search_count", domain=[])
    assert caller.call("ir.module.module", "search_count", domain=installed) == 0
    sandbox.turn(without_sale=False)


def test_a_field_that_somebody_removed_is_refused_with_the_traceback_in_debug(odoo):
    sandbox, caller = odoo
    sandbox.turn(missing_fields=["crm.lead.x_deal_type"])
    with pytest.raises(Refused, match="Invalid field") as refused:
        caller.call("crm.lead", "search_read", domain=[], fields=["x_deal_type"])
    assert refused.value.name == "builtins.ValueError"
    assert refused.value.status == (500 if caller.version >= 19 else 200)
    assert refused.value.data["debug"].startswith("Traceback")
    assert "x_deal_type" not in caller.call("crm.lead", "fields_get")
    sandbox.turn(missing_fields=[])


def test_a_revoked_key_opens_nothing(odoo):
    sandbox, caller = odoo
    sandbox.turn(unauthorized=True)
    with pytest.raises(Refused) as refused:
        caller.call("crm.lead", "search_count", domain=[])
    assert refused.value.status == (401 if caller.json2 else 200)
    assert caller.rpc("common", "authenticate", DATABASE, ADMIN_LOGIN, "t", {}).json()["result"] is False
    sandbox.turn(unauthorized=False)
    assert caller.rpc("common", "authenticate", DATABASE, ADMIN_LOGIN, "t", {}).json()["result"] == 2
    wrong = caller.rpc("common", "authenticate", "other", ADMIN_LOGIN, "t", {}).json()
    assert 'database "other" does not exist' in wrong["error"]["data"]["message"]
    assert caller.rpc("db", "list").json()["result"] == [DATABASE]


def test_a_fault_can_strike_one_model_by_either_protocol(odoo):
    sandbox, caller = odoo
    sandbox.turn(server_error_every=1, only_path="mail.message")
    try:
        assert caller.call("crm.lead", "search_count", domain=[]) > 0
        if caller.json2:
            with pytest.raises(Refused, match="Internal Server Error"):
                caller.call("mail.message", "search_count", domain=[])
        else:
            params = [DATABASE, caller.uid, "t", "mail.message", "search_count", [[]]]
            assert caller.rpc("object", "execute_kw", *params).status_code == 500
    finally:
        sandbox.turn(server_error_every=0, only_path="")


def test_an_empty_database_is_empty(odoo):
    sandbox, caller = odoo
    sandbox.turn(empty=True)
    for model in ("crm.lead", "crm.stage", "mail.message", "mail.tracking.value"):
        assert caller.call(model, "search_read", domain=[], limit=5) == []
    sandbox.turn(empty=False)


def test_json_2_and_the_version_page_came_with_19(odoo):
    sandbox, caller = odoo
    status = 200 if caller.version >= 19 else 404
    headers = {"Authorization": "Bearer t"}
    url = sandbox.url + "/json/2/crm.lead/search_count"
    assert requests.post(url, json={"domain": []}, headers=headers, timeout=5).status_code == status
    assert requests.get(sandbox.url + "/web/version", timeout=5).status_code == status
    with pytest.raises(ValueError, match="start another one"):
        sandbox.turn(version=18)
    if status == 200:
        refused = requests.post(url, json={}, headers=headers, timeout=5)
        assert refused.status_code == 422
        assert "domain" in refused.json()["message"]


@pytest.mark.parametrize(
    ("domain", "fits"),
    [
        (["|", ["id", "=", 1], ["id", "=", 2]], {1, 2}),
        (["!", ["id", ">", 2]], {1, 2}),
        (["&", ["id", "<=", 3], "!", ["id", "in", [2]]], {1, 3}),
        ([["id", "not in", [3, 4]], ["id", "<", 5]], {1, 2}),
        ([["name", "=like", "Deal _"], ["id", "<", 4]], {1, 2, 3}),
        ([["name", "ilike", "DEAL 1"], ["id", "<", 3]], {1}),
        ([["user_id.login", "ilike", "anna"], ["id", "<", 3]], {1}),
        ([["stage_id.is_won", "!=", True], ["id", "<", 3]], set()),
        ([["partner_id", "=", False], ["id", "<", 3]], set()),
        ([["expected_revenue", ">", 0], ["id", "<", 3]], {1, 2}),
        ([["create_date", ">", "1999-01-01"], ["id", "<", 3]], {1, 2}),
    ],
)
def test_domains_mean_what_they_mean_in_odoo(odoo, domain, fits):
    _, caller = odoo
    assert set(caller.call("crm.lead", "search", domain=domain, **ALL)) == fits


def test_a_domain_that_is_none_is_refused(odoo):
    _, caller = odoo
    for domain in ([["nope", "=", 1]], [["name.nope", "=", 1]], [["id", "~", 1]], ["|", ["id", "=", 1]], [["id"]]):
        with pytest.raises(Refused) as refused:
            caller.call("crm.lead", "search", domain=domain)
        assert refused.value.name == "builtins.ValueError"


def test_order_limit_and_offset(odoo):
    _, caller = odoo
    every = caller.call("crm.lead", "search", domain=[], order="write_date desc, id", **ALL)
    assert every[5:8] == caller.call(
        "crm.lead", "search", domain=[], order="write_date desc, id", offset=5, limit=3, **ALL
    )
    stamps = caller.call("crm.lead", "read", ids=every, fields=["write_date"])
    assert [row["write_date"] for row in stamps] == sorted((row["write_date"] for row in stamps), reverse=True)
    assert caller.call("crm.lead", "search_count", domain=[], limit=7) == 7


def test_rights_can_be_asked_for(odoo):
    sandbox, caller = odoo
    keys = ((caller.key, caller.uid, True), ("t" + SALESPERSON, FIRST_SELLER, False))
    for key, uid, expected in keys:
        asker = Caller(sandbox.url, key, uid, json2=caller.json2)
        rights = {"operation": "read", "raise_exception": False}
        assert asker.call("mail.tracking.value", "check_access_rights", **rights) is expected
        assert asker.call("crm.lead", "check_access_rights", **rights) is True
        assert asker.call("res.users", "has_group", group_ext_id="base.group_system") is expected
        assert asker.call("res.users", "context_get")["uid"] == uid
    assert not caller.call("crm.lead", "check_access_rights", operation="write", raise_exception=False)


def test_groups_add_up(odoo):
    _, caller = odoo
    named = {"fields": ["expected_revenue:sum"], "groupby": ["stage_id"]}
    groups = caller.call("crm.lead", "read_group", domain=[], **named)
    leads = caller.call("crm.lead", "search_read", domain=[], fields=["expected_revenue"])
    assert sum(group["stage_id_count"] for group in groups) == len(leads)
    total = sum(row["expected_revenue"] for row in leads)
    assert sum(group["expected_revenue"] for group in groups) == pytest.approx(total)
