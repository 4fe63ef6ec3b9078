"""Whose changelog is asked for, whose isn't, and what becomes of its entries."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from connectors.contract import BadAnswer
from connectors.pipedrive.costs import CHANGELOG
from tests.connectors.pipedrive.fake_pipedrive import START, TIER, FakePipedrive, connect, naive, read_all

DAY = timedelta(days=1)
NO_GUARD = {"guard_percent": 0}


def asked(fake: FakePipedrive) -> int:
    return fake.calls[CHANGELOG]


def read_of(records: list) -> set[str]:
    return {record.id.partition(":")[0] for record in records if record.id.endswith(":read")}


def a_small_account() -> FakePipedrive:
    """1 untouched, 2 edited, 3 moved, 4 won from its first stage, 5 born late, 6 born late and edited, 7 deleted."""
    fake = FakePipedrive()
    later = START + DAY
    fake.put(1)
    fake.put(2, later)
    fake.put(3)
    fake.move(3, later)
    fake.put(4, later, status="won")
    fake.put(5, stage_id=3)
    fake.put(6, later, stage_id=3)
    fake.put(7, later, status="deleted", is_deleted=True, stage_change_time="2026-03-02T00:00:00Z")
    return fake


@pytest.mark.parametrize(
    ("history", "expected"),
    [("moved", {"3", "4", "6"}), ("changed", {"2", "3", "4", "6"}), ("all", {"1", "2", "3", "4", "5", "6"})],
)
def test_only_who_has_something_to_tell_is_asked(history, expected):
    fake = a_small_account()
    connector = connect(fake, options={"history": history, **NO_GUARD})
    read_all(connector, "deals")
    assert read_of(read_all(connector, "deal_changes")) == expected
    assert asked(fake) == len(expected)


def test_after_a_restart_the_same_deals_are_found_by_listing_them_again():
    fake = a_small_account()
    assert read_of(read_all(connect(fake, options=NO_GUARD), "deal_changes", above=3)) == {"4", "6"}


def test_an_increment_asks_those_that_changed_and_have_moved_at_all():
    fake = a_small_account()
    fake.put(8, START + 9 * DAY)
    fake.move(1, START + 9 * DAY)
    connector = connect(fake, options=NO_GUARD)
    read_all(connector, "deals", synced_to=START + 8 * DAY)
    assert read_of(read_all(connector, "deal_changes", synced_to=START + 8 * DAY)) == {"1"}


def test_a_deal_that_denies_its_moves_makes_all_be_asked_and_leaves_a_note():
    fake = a_small_account()
    fake.move(2, START + DAY, tell=False)
    connector = connect(fake, options={"guard_percent": 100})
    read_all(connector, "deals")
    stream = next(s for s in connector.streams() if s.name == "deal_changes")
    pages = list(connector.pages(stream, position={}, synced_to=None))
    assert read_of([r for page in pages for r in page.records]) == {"1", "2", "3", "4", "5", "6"}
    assert len({orjson.dumps(page.position) for page in pages[:-1]}) == len(pages) - 1
    assert "deal 2 says that it never changed its stage" in connector.notes(stream)[0]
    # The pass is continued in the same way after a restart, and doesn't ask twice who was asked already.
    again = FakePipedrive()
    again.deals, again.changes = fake.deals, fake.changes
    assert read_of(read_all(connect(again), "deal_changes", above=0, upto=3)) == {"1", "4", "5", "6"}


def test_the_sample_is_a_share_of_those_that_deny():
    fake = FakePipedrive()
    for n in range(1, 1001):
        fake.put(n)
    connector = connect(fake, options={"guard_percent": 5})
    read_all(connector, "deals")
    read_all(connector, "deal_changes")
    assert 25 <= asked(fake) <= 80


def test_entries_keep_their_ids_when_newer_ones_come_and_twins_stay_two():
    fake = FakePipedrive()
    fake.put(1)
    fake.page = 2
    for _ in range(3):
        fake.move(1, START + DAY)
    twin = fake.changes[1][-1]
    fake.changes[1].append(dict(twin))
    fake.changes[1].append({**twin, "field_key": "title"})
    first = read_all(connect(fake), "deal_changes")
    fake.move(1, START + 2 * DAY)
    second = read_all(connect(fake), "deal_changes")
    assert len({record.id for record in first}) == len(first) == 5
    assert {record.id for record in first} < {record.id for record in second}
    told = [orjson.loads(record.payload) for record in second if not record.id.endswith(":read")]
    assert [(row["place"], row["new_value"]) for row in told] == [(1, "2"), (2, "3"), (3, "4"), (4, "4"), (6, "5")]
    assert "change_source_user_agent" not in told[0]


def test_entries_are_kept_for_the_fields_that_the_process_names():
    fake = FakePipedrive()
    fake.put(1, START + DAY, status="won")
    entry = {"old_value": None, "new_value": "31", "actor_user_id": 7, "time": naive(START), "change_source": "api"}
    fake.changes[1] = [{**entry, "field_key": TIER}, {**entry, "field_key": "0" * 40}]
    records = read_all(connect(fake, fields={"tier": TIER}), "deal_changes")
    assert [orjson.loads(r.payload)["field_key"] for r in records] == [TIER, None]


def test_a_deal_that_was_deleted_meanwhile_is_passed_over():
    fake = a_small_account()
    connector = connect(fake, options=NO_GUARD)
    read_all(connector, "deals")
    del fake.deals[3]
    assert read_of(read_all(connector, "deal_changes")) == {"4", "6"}
    assert [page.records for page in connector.read_history(["3"])] == []


def test_participants_mails_and_products_are_asked_where_the_deal_says_there_are_some():
    fake = a_small_account()
    counts = {"participants_count": 2, "products_count": 1, "email_messages_count": 3}
    for n in (1, 3):
        fake.deals[n] |= {**counts, "last_incoming_mail_time": "2026-03-01T10:00:00Z"}
        fake.details["products"][n] = [{"id": n, "deal_id": n, "name": "Secret", "add_time": "2026-03-01T10:00:00Z"}]
        fake.details["participants"][n] = [{"person_id": 5, "action": "added", "time": "2026-03-01 10:00:00"}]
        fake.details["mails"][n] = [{"id": m, "subject": "Secret", "sent_flag": 0} for m in (1, 2, 3)]
    connector = connect(fake, options=NO_GUARD)
    read_all(connector, "deals")
    found = {name: read_all(connector, name) for name in ("deal_products", "deal_participants", "deal_mails")}
    # Nothing of deal 1 is judged yet, so only its products come: they cost a tenth of a token each.
    assert {name: [r.id for r in records] for name, records in found.items()} == {
        "deal_products": ["1", "3"],
        "deal_participants": ["3"],
        "deal_mails": ["3"],
    }
    assert len(orjson.loads(found["deal_mails"][0].payload)["mails"]) == 3
    assert "Secret" not in "".join(r.payload for records in found.values() for r in records)


@pytest.mark.parametrize(
    ("nexts", "words"),
    [
        ((100, 200), "gives 2 rows once more"),
        ((100, 100), "repeats the page after '100'"),
        ((0,), "repeats the page after '0'"),
        ((None,), "does not say where they go on"),
    ],
)
def test_messages_that_never_end_are_refused(nexts, words):
    fake = a_small_account()
    fake.deals[3] |= {"email_messages_count": 3, "last_incoming_mail_time": "2026-03-01T10:00:00Z"}
    connector = connect(fake, options=NO_GUARD)
    read_all(connector, "deals")
    messages = [{"object": "mailMessage", "data": {"id": m}} for m in (1, 2)]
    pages = [{"more_items_in_collection": True, "next_start": following} for following in nexts]
    fake.faults["mailMessages"] = [
        (200, {"success": True, "data": messages, "additional_data": {"pagination": page}}) for page in pages
    ]
    with pytest.raises(BadAnswer, match=f"acme.*mailMessages .*{words}"):
        read_all(connector, "deal_mails")


def test_an_increment_tells_that_the_last_product_was_taken_off():
    fake = FakePipedrive()
    fake.put(1, START + DAY)
    connector = connect(fake)
    read_all(connector, "deals", synced_to=START)
    records = read_all(connector, "deal_products", synced_to=START)
    assert [(r.id, orjson.loads(r.payload)["products"]) for r in records] == [("1", [])]
