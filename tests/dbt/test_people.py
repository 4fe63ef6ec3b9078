"""Several accounts side by side: equal ids stay apart, one person stays one, and teams.csv goes before the CRMs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, record

PEOPLE = "path:models/staging path:models/canonical path:models/marts/core"


def owner(id_: str, email: str, name: str, team: str | None, connection: str) -> dict[str, Any]:
    teams = [{"name": team, "primary": True}] if team else []
    return record(id_, {"id": id_, "email": email, "firstName": name, "teams": teams}, connection=connection)


def deal(id_: str, owner_id: str, amount: str, connection: str) -> dict[str, Any]:
    texts = {"dealname": f"{connection} {id_}", "dealstage": "s1", "pipeline": "p", "amount": amount,
             "hubspot_owner_id": owner_id, "createdate": "2024-01-05T10:00:00Z"}  # fmt: skip
    entered = {"timestamp": "2024-01-05T10:00:00Z", "sourceType": "CRM_UI"}
    history = {"dealstage": [{"value": "s1", **entered}], "pipeline": [{"value": "p", **entered}]}
    payload = {"id": id_, "properties": texts, "propertiesWithHistory": history}
    return record(id_, payload, connection=connection, modified_at=at("2024-02-01"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two HubSpot accounts that number everything alike; Ann works in both, with two spellings of her address."""
    made = Warehouse(tmp_path_factory.mktemp("accounts"))
    made.reference("connections", [{"connection": name, "crm": "hubspot", "state": "good"} for name in ("emea", "us")])
    stages = [("emea", "qualify"), ("us", "develop")]
    made.reference(
        "stage_map", [{"connection": c, "pipeline_id": "p", "stage_id": "s1", "stage_key": k} for c, k in stages]
    )
    made.reference("pipeline_map", [{"connection": "emea", "pipeline_id": "p", "deal_type": "new"},
                                    {"connection": "us", "pipeline_id": "p", "deal_type": "renewal"}])  # fmt: skip
    made.reference(
        "teams",
        [
            {"email": "ann@x.org", "team": "Alps", "manager_email": "bo@x.org", "region": "EMEA",
             "valid_from": date(2024, 6, 3), "valid_to": None},
            {"email": "ann@x.org", "team": "Before", "manager_email": None, "region": "Old",
             "valid_from": date(1900, 1, 1), "valid_to": date(2024, 6, 2)},
            {"email": "cy@x.org", "team": None, "manager_email": "ann@x.org", "region": None,
             "valid_from": date(2024, 1, 1), "valid_to": date(2024, 6, 3)},
            {"email": "di@x.org", "team": "Gone", "manager_email": None, "region": "Gone",
             "valid_from": date(2024, 1, 1), "valid_to": date(2024, 6, 2)},
        ],
    )  # fmt: skip
    made.lake("hubspot__owners", [
        owner("1", "Ann@X.org", "Ann", "East", "emea"), owner("1", "ann@x.org", "Ann", "West", "us"),
        owner("2", "bo@x.org", "Bo", None, "emea"), owner("2", "cy@x.org", "Cy", "West", "us"),
        owner("3", "di@x.org", "Di", "West", "us"),
    ])  # fmt: skip
    made.lake("hubspot__deals", [deal("7", "1", "10", "emea"), deal("7", "2", "20", "us"), deal("8", "9", "5", "us"),
                                 deal("8", "9", "6", "emea")])  # fmt: skip
    made.run(PEOPLE)
    return made


def test_equal_ids_of_two_accounts_never_meet(home: Warehouse) -> None:
    deals = home.query("select deal_key, stage_key, deal_type, owner_key, amount from canonical.int_deals order by 1")
    assert [tuple(row.values()) for row in deals] == [
        ("emea:7", "qualify", "new", "ann@x.org", 10),
        ("emea:8", "qualify", "new", "emea:9", 6),
        ("us:7", "develop", "renewal", "cy@x.org", 20),
        ("us:8", "develop", "renewal", "us:9", 5),
    ]
    entries = home.query(
        "select deal_key, stage_key from canonical.int_stage_changes where source = 'history' order by 1"
    )
    assert [tuple(row.values()) for row in entries] == [
        ("emea:7", "qualify"), ("emea:8", "qualify"), ("us:7", "develop"), ("us:8", "develop")]  # fmt: skip
    home.dbt("test", "path:models/canonical path:models/marts/core", exclude="test_type:unit")


def test_a_person_in_two_accounts_is_one_whatever_the_spelling(home: Warehouse) -> None:
    people = home.query("select owner_key, connections from warehouse.marts.dim_owners where is_known order by 1")
    assert [tuple(row.values()) for row in people] == [
        ("ann@x.org", 2), ("bo@x.org", 1), ("cy@x.org", 1), ("di@x.org", 1)]  # fmt: skip


def test_teams_csv_goes_before_the_crms_on_its_days_and_leaves_what_it_does_not_say(home: Warehouse) -> None:
    people = home.query(
        "select owner_key, team_name, region, manager_chain from warehouse.marts.dim_owners where is_known order by 1"
    )
    assert [tuple(row.values()) for row in people] == [
        ("ann@x.org", "Alps", "EMEA", "bo@x.org"),
        ("bo@x.org", None, None, None),
        ("cy@x.org", "West", None, "ann@x.org > bo@x.org"),
        ("di@x.org", "West", None, None),
    ]
    teams = home.query("select team_key, region, owners from warehouse.marts.dim_teams order by 1")
    assert [tuple(row.values()) for row in teams] == [("alps", "EMEA", 1), ("west", None, 2)]


def test_without_the_file_the_crms_have_their_say(tmp_path: Path) -> None:
    made = Warehouse(tmp_path)
    made.lake("hubspot__owners", [owner("1", "ann@x.org", "Ann", "East", "emea")])
    made.run(PEOPLE)
    assert made.query("select team_name, region from warehouse.marts.dim_owners") == [
        {"team_name": "East", "region": None}
    ]
