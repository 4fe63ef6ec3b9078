"""Whatever people do in HubSpot between nights, after each sync the lake holds HubSpot's truth and nothing else."""

from __future__ import annotations

import random
from datetime import timedelta

import orjson
import pytest

from connectors.lake import Lake
from connectors.sync import sync_connection
from tests.connectors.hubspot.fake_hubspot import START, FakeHubSpot, connect

HOUR = timedelta(hours=1)


class Life:
    """Random work of a sales team on a fake HubSpot; `walks` is the truth: every stage entry of every deal."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.hubspot = FakeHubSpot()
        self.now = START
        self.walks: dict[int, list[str]] = {}
        self.contacts: dict[int, list[int]] = {}
        self.archived: set[int] = set()
        self.next_id = 1

    def act(self) -> None:
        self.now += timedelta(seconds=self.chance.choice([0, 0, 1, 60, 600]))
        live = [n for n in self.walks if n not in self.archived]
        what = self.chance.choice(
            [self.create, self.create, self.move, self.move, self.archive, self.restore, self.merge, self.link]
        )
        if what == self.create or not live:
            self.create()
        elif what == self.restore:
            self.restore()
        elif what != self.merge or len(live) > 1:
            what(self.chance.choice(live))

    def create(self) -> None:
        self.walks[self.next_id] = ["s1"]
        self.tell(self.next_id)
        self.next_id += 1

    def move(self, deal: int) -> None:
        self.walks[deal].append(f"s{self.chance.randrange(1, 5)}")
        self.tell(deal)

    def archive(self, deal: int) -> None:
        self.archived.add(deal)
        self.tell(deal, moves_date=False)

    def restore(self) -> None:
        if self.archived:
            deal = self.chance.choice(sorted(self.archived))
            self.archived.discard(deal)
            self.tell(deal, moves_date=False)

    def merge(self, deal: int) -> None:
        other = self.chance.choice([n for n in self.walks if n not in self.archived and n != deal])
        self.walks[self.next_id] = self.walks.pop(deal) + self.walks.pop(other)
        for parent in (deal, other):
            del self.hubspot.objects["deals"][parent]
            self.hubspot.links.pop(("deals", "contacts", parent), None)
            self.contacts.pop(parent, None)
        self.tell(self.next_id, hs_merged_object_ids=f"{deal};{other}")
        self.next_id += 1

    def link(self, deal: int) -> None:
        contacts = self.contacts.setdefault(deal, [])
        if contacts and self.chance.random() < 0.4:
            contacts.pop()
        else:
            contacts.append(self.chance.randrange(1000))
        self.hubspot.links["deals", "contacts", deal] = list(contacts)  # moves no date

    def tell(self, deal: int, *, moves_date: bool = True, **more: str) -> None:
        old = self.hubspot.objects["deals"].get(deal, {"properties": {}})
        at = self.now if moves_date or not old["properties"] else START
        walk = [{"value": stage, "timestamp": "2026-03-01T00:00:00Z"} for stage in reversed(self.walks[deal])]
        values = {k: v for k, v in old["properties"].items() if k == "hs_merged_object_ids"} | more
        self.hubspot.put(
            "deals",
            deal,
            at,
            archived=deal in self.archived,
            history={"dealstage": walk},
            dealstage=self.walks[deal][-1],
            hs_is_closed="false",
            **values,
        )
        if not moves_date and old["properties"]:
            same = old["properties"]["hs_lastmodifieddate"]
            self.hubspot.objects["deals"][deal]["properties"]["hs_lastmodifieddate"] = same
            self.hubspot.indexes.clear()


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_after_each_of_several_nights_the_lake_holds_every_stage_entry(seed, tmp_path):
    life = Life(seed)
    lake = Lake(tmp_path)
    for _night in range(4):
        for _ in range(40):
            life.act()
        connector = connect(life.hubspot)
        outcome = sync_connection(connector, lake, clock=lambda: life.now + HOUR)
        connector.close()
        life.now += 20 * HOUR
        assert outcome.state == "good", outcome.error
        told = {int(i): orjson.loads(payload) for i, payload in lake.payloads("hubspot/deals", "emea")}
        walks = {
            deal: [entry["value"] for entry in reversed(thing["propertiesWithHistory"]["dealstage"])]
            for deal, thing in told.items()
        }
        assert walks == {deal: walk for deal, walk in life.walks.items() if deal not in life.archived}
        links = {
            orjson.loads(payload)["from"]["id"]: [to["toObjectId"] for to in orjson.loads(payload)["to"]]
            for identity, payload in lake.payloads("hubspot/associations", "emea")
            if identity.startswith("deals:contacts:")
        }
        for deal in walks:
            assert links.get(str(deal), []) == life.contacts.get(deal, [])
