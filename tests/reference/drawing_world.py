"""What surrounds random deals: connections with what is read there and since when, pipelines, and waivers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.reference.owners import TEAMS
from tests.reference.process import Process
from tests.reference.rows import Deal, Waiver

BEGIN = datetime.fromisoformat("2024-01-08T09:00:00")
NUDGES = (-90_000, -3_601, -1, 0, 0, 1, 8, 60, 61, 3_600, 3_601, 86_400, 172_800, 172_801, 200_000)
PEOPLE = (None, "ann@x.example", "ann@x.example", "ben@x.example", "cid@x.example")
SOURCES = ("deals", "stage_changes", "field_changes", "activities", "contacts", "documents")


@dataclass(frozen=True, slots=True)
class Account:
    """A connection: when it was read, and since when each source is."""

    name: str
    judged_at: datetime
    covered_from: dict[str, datetime | None]
    writers: tuple[str | None, ...] = ()
    """Who logs activities there; the others keep them elsewhere."""


def drawn_accounts(rng: random.Random, count: int, without: frozenset[str]) -> list[Account]:
    """Connections that were read at different moments, some of whose sources were connected late or never."""
    accounts = []
    for n in range(count):
        judged_at = BEGIN + timedelta(days=rng.randint(100, 200), seconds=rng.choice((0, 0, 3_600, 50_000)))
        covered: dict[str, datetime | None] = dict.fromkeys(SOURCES)
        if "coverage" not in without and rng.random() < 0.5:
            for source in rng.sample(SOURCES[2:], rng.randint(1, 2)):
                covered[source] = BEGIN + timedelta(days=rng.randint(0, 120))
                if rng.random() < 0.2:
                    del covered[source]
        if rng.random() < 0.6:
            covered["planned_activities"] = None
        writers = [owner for owner in TEAMS if rng.random() < 0.6]
        accounts.append(Account(f"c{n}", judged_at, covered, (*PEOPLE, *writers)))
    return accounts


def drawn_pipelines(rng: random.Random, process: Process) -> dict[str, frozenset[str]]:
    """Pipelines of every account with the stages that they have: one has all, the others some."""
    stages = sorted({stage.stage_key for version in process.versions for stage in version.stages})
    fewer = {name: frozenset(rng.sample(stages, rng.randint(1, len(stages)))) for name in ("q", "r")}
    return {"p": frozenset(stages), **fewer}


def drawn_waivers(rng: random.Random, deals: Sequence[Deal], steps: Sequence[str],
                  without: frozenset[str]) -> list[Waiver]:  # fmt: skip
    """Duties lifted for some deals, and two for all deals of a time."""
    if "waivers" in without:
        return []
    waivers = []
    for n, deal in enumerate(rng.sample(deals, len(deals) // 5)):
        near = rng.choice(deal.stage_changes).entered_at + timedelta(seconds=rng.choice(NUDGES))
        ends = rng.choice((None, near, near + timedelta(days=5)))
        given = rng.choice((near - timedelta(days=3), near - timedelta(days=40), deal.judged_at + timedelta(days=1)))
        waivers.append(Waiver(f"w{n}", deal.deal_key, rng.choice(steps), given, ends))
    for n, step in enumerate(rng.sample(steps, 2)):
        given = BEGIN + timedelta(days=rng.randint(10, 60))
        waivers.append(Waiver(f"all{n}", None, step, given, rng.choice((None, given + timedelta(days=30)))))
    return waivers
