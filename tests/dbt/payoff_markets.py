"""Deals made by hand, a market for each deal type, whose difference is known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.dbt.compliance_tables import SOURCES, World

BEGAN = datetime.fromisoformat("2024-01-08T09:00:00")
LEFT = BEGAN + timedelta(days=5)
GRACE = 3_600


@dataclass
class Deal:
    """A deal that left its first stage and was then won or lost."""

    kind: str
    met: bool
    won: bool
    amount: int = 100
    days: float = 10.0
    margin: float | None = None
    owner: str = "7"
    met_at: datetime = field(default=BEGAN + timedelta(days=3))
    brought: float = 1.0

    @property
    def closed_at(self) -> datetime:
        return LEFT + timedelta(days=self.days)


def no_difference(luck: random.Random) -> Iterator[Deal]:
    for n in range(1200):
        yield Deal("new", luck.random() < 0.6, luck.random() < 0.35, luck.randrange(10, 90), owner=str(n % 40))


def a_difference(luck: random.Random) -> Iterator[Deal]:
    for n in range(800):
        met = luck.random() < 0.5
        won = luck.random() < (0.6 if met else 0.35)
        days = luck.uniform(5, 15) if met else luck.uniform(15, 30)
        yield Deal("expansion", met, won, luck.randrange(10, 90), days, luck.gauss(30, 5), str(n % 40))


def only_the_size(luck: random.Random) -> Iterator[Deal]:
    """Large deals are met and lost more often; among deals of one size, meeting changes nothing."""
    for n in range(900):
        size = n % 3
        met = luck.random() < (0.15, 0.5, 0.85)[size]
        yield Deal("renewal", met, luck.random() < (0.8, 0.5, 0.2)[size], 100 * 10**size)


def a_handful(_: random.Random) -> Iterator[Deal]:
    for n in range(64):
        yield Deal("partner", n < 35, won=n < 25)


def tidied_up(_: random.Random) -> Iterator[Deal]:
    """Won within the grace, and met only on paper, a little later; the lost ones nobody tidied up."""
    for n in range(80):
        won = n < 40
        yield Deal("tidy", met=won, won=won, days=0.01, met_at=LEFT + timedelta(days=0.02))


def discounted(luck: random.Random) -> Iterator[Deal]:
    """As many are won either way, of any size; who did not meet gave more of the price away."""
    for n in range(600):
        met = luck.random() < 0.5
        amount = 1_000 * 10 ** luck.randrange(4)
        brought = luck.choice((1.0, 0.95, 0.9) if met else (0.9, 0.7, 0.5))
        yield Deal("price", met, luck.random() < 0.5, amount, owner=str(n % 40), brought=brought)


DEALS = [
    deal
    for number, market in enumerate((no_difference, a_difference, only_the_size, a_handful, tidied_up, discounted))
    for deal in market(random.Random(number))
]


def world_of(world: World) -> World:
    last = datetime.fromisoformat("2024-08-01T10:00:00")
    own = {"connection": "acme"}
    world.reference("connections", [{**own, "crm": "files", "state": "good", "judged_at": last}])
    world.reference("coverage", [{**own, "object": kind} for kind in SOURCES])
    world.reference("process_versions", [{"version": 1}])
    world.reference("process_deal_types", [{"version": 1, "deal_type": kind} for kind in {d.kind for d in DEALS}])
    world.reference("process_stages", [
        {"version": 1, "stage_key": key, "stage_name": key.title(), "stage_order": order, "probability": 0.5,
         "is_optional": False}
        for order, key in enumerate(("first", "second"), 1)
    ])  # fmt: skip
    named = {"version": 1, "step_key": "met"}
    world.reference("process_steps", [{**named, "step_name": "Met", "stage_key": "first", "stage_order": 1,
                                       "is_mandatory": True, "severity": "medium", "grace_seconds": GRACE,
                                       "backfill_policy": "flag"}])  # fmt: skip
    world.reference("step_terms", [{**named, "alternative": 1, "term": 1, "kind": "activity", "min_count": 1,
                                    "distinct_days": 1, "needs_contact": False}])  # fmt: skip
    deals, changes, activities, fields = [], [], [], []
    for n, deal in enumerate(DEALS):
        key = {**own, "deal_key": f"acme:{n}"}
        last_amount = round(deal.amount * deal.brought)
        deals.append({**key, "crm": "files", "deal_id": str(n), "pipeline_id": "p", "deal_type": deal.kind,
                      "created_at": BEGAN, "amount": last_amount, "amount_home": last_amount, "is_judged": True,
                      "owner_key": f"acme:{deal.owner}"})  # fmt: skip
        path = (("first", BEGAN), ("second", LEFT), ("won" if deal.won else "lost", deal.closed_at))
        changes += [{**key, "change_id": f"{n}.{place}", "stage_id": stage, "stage_key": stage, "entered_at": moment,
                     "source": "history", "precision": "exact"}
                    for place, (stage, moment) in enumerate(path)]  # fmt: skip
        if deal.met:
            activities.append({**key, "activity_id": str(n), "kind": "meeting", "occurred_at": deal.met_at,
                               "precision": "exact"})  # fmt: skip
        told = [("amount", deal.amount, BEGAN), ("margin", deal.margin, deal.closed_at)]
        told += [("amount", last_amount, deal.closed_at)] if last_amount != deal.amount else []
        fields += [{**key, "change_id": f"{n}.{place}", "field": name, "value": str(value), "changed_at": moment,
                    "source": "history", "precision": "exact"}
                   for place, (name, value, moment) in enumerate(told) if value is not None]  # fmt: skip
    world.canonical("int_deals", deals)
    world.canonical("int_stage_changes", changes)
    world.canonical("int_activities", activities)
    world.canonical("int_field_changes", fields)
    return world
