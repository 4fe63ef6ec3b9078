"""A person is erased from every file of the lake, and nobody else is."""

from __future__ import annotations

import json

import pytest

from connectors.forget import forget_person
from connectors.lake import Lake, LakeError
from tests.connectors.fake_crm import all_bytes, plain_rows, row

ANN = "ann.lee@example.com"


def put(lake, table, seq, key, value, **changes):
    lake.append(table, [row(seq, key, payload=json.dumps(value), **changes)])


@pytest.fixture
def lake(tmp_path):
    lake = Lake(tmp_path / "lake")
    put(lake, "hubspot/owners", 1, "70017", {"id": "70017", "userId": 90017, "email": ANN, "firstName": "Annabella"})
    put(lake, "hubspot/owners", 2, "70018", {"id": "70018", "userId": 90018, "email": "joann.lee@example.com"})
    deal = {
        "id": "5",
        "properties": {
            "hubspot_owner_id": "70017",
            "amount": "70017",
            "num_associated_contacts": "2",
            "note": f"by {ANN}",
        },
        "propertiesWithHistory": {
            "hubspot_owner_id": [{"value": "70018"}, {"value": "70017", "sourceId": "userId:90017"}],
            "amount": [{"value": "70017", "updatedByUserId": 90017}],
        },
        "createdAt": "2026-01-02T00:00:00.000Z",
    }
    put(lake, "hubspot/deals", 3, "5", deal)
    put(lake, "hubspot/deals", 4, "6", {"id": "6", "properties": {"hubspot_owner_id": "70018"}})
    put(lake, "hubspot/deals", 4, "6", {"properties": {"hubspot_owner_id": "70017"}}, connection="other")
    lake.append("hubspot/deals", [row(5, "deals", kind="cursor", payload='{"position": {}}')])
    return lake


def by_id(lake, table, connection="acme"):
    return {r["id"]: json.loads(r["payload"]) for r in plain_rows(lake, table, connection)}


def test_the_owner_is_dropped_and_all_their_names_replaced(lake):
    forgotten = forget_person(lake, [ANN.upper()])
    assert forgotten.terms == ("70017", "90017", ANN.upper(), ANN)
    assert forgotten.owners_dropped == 1
    assert forgotten.rows == {"hubspot/deals": 2, "hubspot/owners": 1}
    assert set(by_id(lake, "hubspot/owners")) == {"70018"}
    deal = by_id(lake, "hubspot/deals")["5"]
    assert deal["properties"] == {
        "hubspot_owner_id": "forgotten",
        "amount": "70017",  # money that happens to look like the id stays money
        "num_associated_contacts": "2",
        "note": "forgotten",
    }
    assert deal["propertiesWithHistory"] == {
        "hubspot_owner_id": [{"value": "70018"}, {"value": "forgotten", "sourceId": "forgotten"}],
        "amount": [{"value": "70017", "updatedByUserId": "forgotten"}],
    }
    assert deal["createdAt"] == "2026-01-02T00:00:00.000Z"


def test_nobody_else_changes(lake):
    before = by_id(lake, "hubspot/deals")
    lake.forget([ANN])
    after = by_id(lake, "hubspot/deals")
    assert after["6"] == before["6"]
    assert after["deals"] == before["deals"]
    assert by_id(lake, "hubspot/owners")["70018"]["email"] == "joann.lee@example.com"


def test_no_file_keeps_a_trace(lake):
    lake.append("hubspot/deals", [row(6, "7", payload='{"note": "mail to Ann.Lee\\u0040example.com"}')])
    lake.compact(keep_hours=1000)  # leaves the old files lying beside the new ones
    assert any(b"Annabella" in path.read_bytes() for path in lake.root.rglob("*.parquet"))
    lake.forget([ANN])
    for path in lake.root.rglob("*.parquet"):
        if "_delta_log" in str(path):
            continue
        table = __import__("pyarrow.parquet").parquet.ParquetFile(path).read()
        text = str(table.to_pylist()).lower().replace("joann.lee@example.com", "")
        assert ANN not in text
        assert "annabella" not in text
        assert "90017" not in text
        assert "\\u0040" not in text
    plain = all_bytes(lake.root).lower().replace(b"joann.lee@example.com", b"")
    assert ANN.encode() not in plain
    assert b"annabella" not in plain


def test_ids_that_are_made_of_a_person_get_one_new_name(lake):
    put(lake, "files/contacts", 10, "5:ann", {"deal_id": "5", "contact_id": "ann"})
    put(lake, "files/contacts", 11, "5:ann", {"deal_id": "5", "contact_id": "ann", "role": "buyer"})
    put(lake, "files/contacts", 12, "5:anna", {"deal_id": "5", "contact_id": "anna"})
    assert lake.forget(["ann"])["files/contacts"] == 2
    rows = plain_rows(lake, "files/contacts")
    assert rows[0]["id"] == rows[1]["id"] != "5:ann"
    assert json.loads(rows[1]["payload"]) == {"deal_id": "5", "contact_id": "forgotten", "role": "buyer"}
    assert rows[2]["id"] == "5:anna"


def test_links_to_a_contact_lose_the_contact_and_keep_the_deal(lake):
    link = {"from": {"id": "5"}, "to": [{"toObjectId": 5}, {"toObjectId": 81}]}
    put(lake, "hubspot/associations", 10, "deals:contacts:5", link)
    lake.forget(["81"])
    (row_,) = plain_rows(lake, "hubspot/associations")
    assert row_["id"] == "deals:contacts:5"
    assert json.loads(row_["payload"]) == {"from": {"id": "5"}, "to": [{"toObjectId": 5}, {"toObjectId": "forgotten"}]}


def test_a_table_may_become_empty(tmp_path):
    lake = Lake(tmp_path / "lake")
    put(lake, "files/owners", 1, "u1", {"owner_id": "u1", "email": ANN})
    assert lake.forget(["u1"]) == {"files/owners": 1}
    assert plain_rows(lake, "files/owners") == []
    assert lake.known_ids("files/owners", "acme") == set()


def test_an_unknown_person_changes_nothing(lake):
    before = lake.live_files()
    assert lake.forget(["nobody@example.com"]) == {}
    assert lake.live_files() == before


@pytest.mark.parametrize("terms", [[], [""], ["  "]])
def test_nobody_in_particular_cannot_be_forgotten(lake, terms):
    with pytest.raises(LakeError, match="Whom to forget"):
        lake.forget(terms)
