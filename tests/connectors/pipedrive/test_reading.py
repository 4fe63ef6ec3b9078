"""Lists by cursor, days of tokens, counts, and what is asked of whom."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import yaml

from connectors import pipedrive
from connectors.contract import BadAnswer, BadInput, CredentialsError, MissingScopeError, QuotaExhausted
from connectors.lake import Lake
from connectors.pipedrive import costs
from connectors.pipedrive.dialect import Blocked
from connectors.pipedrive.options import RULES, option_faults
from connectors.sync import sync_connection
from tests.connectors.http_fakes import Hands
from tests.connectors.pipedrive.fake_pipedrive import START, TIER, TOKEN, FakePipedrive, connect, read_all
from tests.shared import shared_folder

DAY = timedelta(days=1)


def test_all_deals_arrive_live_archived_and_deleted():
    fake = FakePipedrive()
    fake.page = 3
    for n in range(1, 21):
        fake.put(n, is_archived=n % 3 == 0, is_deleted=n % 5 == 0, status="deleted" if n % 5 == 0 else "open")
    records = read_all(connect(fake), "deals")
    assert {record.id for record in records} == {str(n) for n in range(1, 21)}
    assert {record.id for record in records if record.is_deleted} == {"5", "10", "15", "20"}


def test_a_stream_goes_on_from_any_page_without_loss():
    fake = FakePipedrive()
    fake.page = 3
    for n in range(1, 21):
        fake.put(n, is_archived=n % 3 == 0)
    connector = connect(fake)
    stream = connector.streams()[0]
    pages = list(connector.pages(stream, position={}, synced_to=None))
    whole = [record.id for page in pages for record in page.records]
    for place, page in enumerate(pages[:-1]):
        rest = connect(fake).pages(stream, position=page.position, synced_to=None)
        before = [record.id for earlier in pages[: place + 1] for record in earlier.records]
        assert before + [record.id for later in rest for record in later.records] == whole


def test_a_cursor_that_pipedrive_forgot_begins_its_list_anew():
    fake = FakePipedrive()
    fake.page = 3
    for n in range(1, 8):
        fake.put(n)
    connector = connect(fake)
    stream = connector.streams()[0]
    first = next(iter(connector.pages(stream, position={}, synced_to=None)))
    fake.old_cursors.add(first.position["cursor"])
    again = list(connect(fake).pages(stream, position=first.position, synced_to=None))
    assert {record.id for page in again for record in page.records} == {str(n) for n in range(1, 8)}
    assert first.position not in [page.position for page in again]


def test_a_cursor_that_leads_in_a_circle_is_a_bad_answer():
    fake = FakePipedrive()
    fake.put(1)
    page = {"success": True, "data": [fake.deals[1]], "additional_data": {"next_cursor": "again"}}
    fake.faults["/api/v2/deals"] = [(200, page)] * 9
    with pytest.raises(BadAnswer, match="repeats the page"):
        read_all(connect(fake), "deals")


@pytest.mark.parametrize(("path", "name"), [("/api/v2/deals", "deals"), ("/api/v2/stages", "stages")])
def test_a_page_that_comes_again_under_another_cursor_is_a_bad_answer(path, name):
    fake = FakePipedrive()
    fake.put(1)
    fake.put(2)
    page = {"success": True, "data": list(fake.deals.values())}
    fake.faults[path] = [(200, {**page, "additional_data": {"next_cursor": f"c{n}"}}) for n in range(9)]
    with pytest.raises(BadAnswer, match="gives 2 rows once more under another cursor"):
        read_all(connect(fake), name)
    assert len(fake.faults[path]) >= 6, "nobody spends tokens on such cursors"


def test_increments_ask_from_the_whole_second_before_the_overlap():
    fake = FakePipedrive()
    fake.put(1)
    fake.put(2, START + 2 * DAY)
    synced_to = START + DAY + timedelta(seconds=7, milliseconds=900)
    records = read_all(connect(fake), "deals", synced_to=synced_to)
    assert [record.id for record in records] == ["2"]
    endpoint, query = next((e, q) for e, q in fake.asked if "updated_since" in q)
    assert (endpoint, query["updated_since"], query["sort_by"]) == (costs.DEALS, "2026-03-01T23:30:07Z", "update_time")
    assert not any("updated_since" in q for e, q in fake.asked if e == costs.STAGES or q.get("status") == "deleted")


def test_a_deal_keeps_what_the_process_needs_and_no_more():
    fake = FakePipedrive()
    money = {"value": 12.5, "currency": "EUR"}
    fake.put(1, custom_fields={TIER: [31, 32], "b" * 40: money, "c" * 40: "secret"}, visible_to=3, org_id=5)
    connector = connect(fake, fields={"tier": TIER}, read_fields=["b" * 40, "channel"])
    kept = orjson.loads(read_all(connector, "deals")[0].payload)
    assert (kept[TIER], kept["b" * 40]) == ("31,32", "12.5")
    assert not {"custom_fields", "visible_to", "org_id", "c" * 40} & kept.keys()
    assert next(q for e, q in fake.asked if e == costs.DEALS)["custom_fields"] == f"{TIER},{'b' * 40}"
    user = orjson.loads(read_all(connector, "users")[0].payload)
    assert "phone" not in user


def test_a_dotted_name_leads_into_a_custom_field_s_value():
    fake = FakePipedrive()
    fake.put(1, custom_fields={"b" * 40: {"value": 12.5, "currency": "EUR"}, TIER: {"id": 31, "more": {"deep": True}}})
    fake.put(2, custom_fields={"b" * 40: None})
    wanted = [f"{'b' * 40}.currency", f"{TIER}.more.deep", f"{'b' * 40}.nothing"]
    connector = connect(fake, read_fields=[*wanted, TIER])
    first, second = (orjson.loads(record.payload) for record in read_all(connector, "deals"))
    assert [first.get(name) for name in (*wanted, TIER)] == ["EUR", "true", None, "31"]
    assert not second.keys() & set(wanted)
    assert next(q for e, q in fake.asked if e == costs.DEALS)["custom_fields"] == f"{'b' * 40},{TIER}"
    deals = connector.streams()[0]
    assert sorted(connector.absent_fields(deals)) == sorted([wanted[0], wanted[2]]), "of a field that nobody has"
    with pytest.raises(BadInput, match="a dot leads into its value"):
        connect(fake, read_fields=[".currency"])


def test_a_backfill_takes_days_and_loses_and_repeats_nothing(tmp_path):
    fake = FakePipedrive()
    for n in range(1, 301):
        fake.put(n)
        fake.move(n, START + DAY)
    fake.day_limit = 3000  # of which 30 % are kept for others: 2,100 a day
    lake, days = Lake(tmp_path), []
    while not days or days[-1].state != "good":
        assert len(days) < 10
        connector = connect(fake)
        days.append(sync_connection(connector, lake, clock=lambda: START + (2 + len(days)) * DAY))
        connector.close()
        assert fake.tokens <= 2100
        fake.next_day()
    assert [day.state for day in days] == ["backfilling", "backfilling", "backfilling", "good"]
    assert "are kept for your other apps" in days[0].error
    # Six calls are under way at once, so that many may be asked again after each night's end.
    assert 300 <= fake.calls[costs.CHANGELOG] <= 300 + 6 * 3
    payloads = [identity for identity, _ in lake.payloads("pipedrive/deal_changes", "acme")]
    assert len(payloads) == 600
    assert len({identity.partition(":")[0] for identity in payloads}) == 300


def test_without_headers_our_own_allowance_ends_the_night():
    fake = FakePipedrive()
    for n in range(1, 21):
        fake.put(n, status="won")
    connector = connect(fake, options={"daily_tokens": 200})
    read_all(connector, "deals")
    with pytest.raises(QuotaExhausted, match="daily_tokens"):
        read_all(connector, "deal_changes")
    assert fake.tokens <= 200


def test_tokens_of_calls_under_way_count_as_spent():
    fake = FakePipedrive()
    for n in range(1, 101):
        fake.put(n, status="won")
    fake.day_limit = 1000
    connector = connect(fake, options={"threads": 8})
    read_all(connector, "deals")
    with pytest.raises(QuotaExhausted):
        read_all(connector, "deal_changes")
    assert 600 < fake.tokens <= 700


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        ((401, {"success": False, "error": "unauthorized access"}), CredentialsError, "ACME_TOKEN"),
        ((403, {"success": False, "error": "Scope and URL mismatch"}), MissingScopeError, "needs the scope"),
        ((403, b"<html><body>error 1015</body></html>", {"content-type": "text/html"}), Blocked, "shield"),
        ((429, {"success": False}, {"x-daily-ratelimit-token-remaining": "0"}), QuotaExhausted, "used up"),
        ((200, {"success": False, "error": "no"}), BadAnswer, "success"),
        ((200, {"success": True, "data": {}}), BadAnswer, "list of data"),
    ],
    ids=str,
)
def test_refusals_have_names_and_tell_no_token(reply, error, words):
    fake = FakePipedrive()
    fake.faults["/api/v2/deals"] = [reply] * 20
    with pytest.raises(error, match=words) as caught:
        read_all(connect(fake), "deals")
    assert TOKEN not in str(caught.value)


def test_a_full_window_is_waited_for_as_long_as_the_reset_says():
    fake, hands = FakePipedrive(), Hands()
    fake.put(1)
    fake.faults["/api/v2/deals"] = [(429, {"success": False, "error": "Rate limit"}, {"x-ratelimit-reset": "2"})]
    read_all(connect(fake, hands), "deals")
    assert 2.0 in hands.slept


def test_counts_and_sweeps():
    fake = FakePipedrive()
    fake.page = 2
    for n in range(1, 8):
        fake.put(n, is_archived=n == 3, is_deleted=n == 4)
        fake.activities[n] = {"id": n, "type": "call", "update_time": "2026-03-01T00:00:00Z"}
    connector = connect(fake)
    by_name = {stream.name: stream for stream in connector.streams()}
    assert connector.count(by_name["deals"]) == 6
    assert sorted(connector.sweep(by_name["deals"])) == ["1", "2", "3", "5", "6", "7"]
    assert connector.count(by_name["activities"]) == 7
    assert connector.count(by_name["deal_changes"]) is None
    again = [record for page in connector.read(by_name["deals"], ["3", "4", "99"]) for record in page.records]
    assert [(record.id, record.is_deleted) for record in again] == [("3", False), ("4", True)]


def test_plan_and_pipelines_and_probe():
    fake = FakePipedrive()
    for n in range(1, 101):
        fake.put(n, status="won" if n <= 40 else "open")
    fake.day_limit = 1000
    connector = connect(fake)
    plans = {plan.stream: plan for plan in connector.plan()}
    assert (plans["deals"].records, plans["deal_changes"].calls, plans["deal_changes"].tokens) == (100, 41, 820)
    assert "2 nights" in plans["deals"].remark
    assert [stage.id for stage in connector.pipelines()[0].stages] == ["1", "2", "3", "4"]
    lines = connector.probe()
    assert any("no administrator" in line for line in lines)
    assert any("tokens" in line and "left" in line for line in lines)


def test_an_app_refreshes_with_its_secret_and_goes_to_the_companys_address():
    hosts = []

    def reply(request):
        hosts.append(request.url.partition("?")[0])
        if "oauth" in request.url:
            assert request.headers["Authorization"].startswith("Basic ")
            return 200, {"access_token": "canary-access-1", "expires_in": 3599, "api_domain": "https://x.pipedrive.com"}
        assert request.headers["Authorization"] == "Bearer canary-access-1"
        return 200, {"success": True, "data": []}

    names = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
    env = {"ID": "app", "SECRET": "canary-secret-1", "REFRESH": "canary-refresh-1"}
    read_all(connect(reply, base_url=None, credentials=names, env=env), "users")
    assert hosts == ["https://oauth.pipedrive.com/oauth/token", "https://x.pipedrive.com/v1/users"]


def test_a_token_never_follows_an_address_that_is_not_pipedrives():
    def reply(request):
        return 200, {"access_token": "canary-access-1", "api_domain": "https://pipedrive.com.evil.test"}

    names = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
    env = {"ID": "app", "SECRET": "canary-secret-1", "REFRESH": "canary-refresh-1"}
    with pytest.raises(BadAnswer, match="base_url"):
        read_all(connect(reply, base_url=None, credentials=names, env=env), "users")


def test_every_option_is_checked():
    assert option_faults({"history": "some", "threads": 99, "mails": 1, "token_url": "", "nonsense": 1}).keys() == {
        "history",
        "threads",
        "mails",
        "token_url",
        "nonsense",
    }
    assert len(RULES.names) == 16


def test_every_option_is_documented():
    page = Path(pipedrive.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert [name for name in RULES.names if f"| `{name}` |" not in page] == []


@pytest.mark.slow
def test_our_table_of_costs_is_pipedrives():
    told = {}
    for name, prefix in (("openapi-v1.yaml", "/v1"), ("openapi-v2.yaml", "/api/v2")):
        with shared_folder("specs", "pipedrive", name).open() as file:
            spec = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        told |= {prefix + path: ops["get"]["x-token-cost"] for path, ops in spec["paths"].items() if "get" in ops}
    assert {endpoint: told[endpoint] for endpoint in costs.COSTS} == dict(costs.COSTS)


def test_a_grant_that_is_withdrawn_is_told_and_its_secrets_are_not():
    names = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
    env = {"ID": "app", "SECRET": "canary-secret-1", "REFRESH": "canary-refresh-1"}
    asked = []

    def reply(request):
        asked.append(request.url)
        return 400, {"success": False, "error": "invalid_grant", "message": "canary-refresh-1 was revoked"}

    connector = connect(reply, base_url=None, credentials=names, env=env)
    for _ in range(2):
        with pytest.raises(CredentialsError, match=r"acme.*invalid_grant.*Authorise") as caught:
            read_all(connector, "users")
        assert "canary" not in str(caught.value)
    assert len(asked) == 1


def test_a_field_that_pipedrive_no_longer_has_is_told_and_read_anew_when_it_comes_back():
    fake, gone = FakePipedrive(), "b" * 40
    fake.put(1, custom_fields={TIER: [31]})
    connector = connect(fake, fields={"tier": TIER}, read_fields=[gone])
    deals = connector.streams()[0]
    assert TIER in deals.fields
    assert gone not in deals.fields, "the day it comes, the fields differ and all deals are read again"
    assert list(connector.absent_fields(deals)) == [gone]
    assert any(gone in note and "stays unknown" in note for note in connector.notes(deals))
    assert list(connector.absent_fields(connector.streams()[3])) == []
