"""A few years of a company's deals as canonical tables, and the same as they were at an earlier moment.

Only data belongs here; what a forecast must make of them is said in test_forecast.py. Deals move at random through
four stages; some were entered when they were won, some have no stage history, no amount history, no amount or a
negative one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from tests.dbt.compliance_tables import World, working_calendar

BEGINNING = datetime.fromisoformat("2020-01-01")
STAGES = {"s1": 0.1, "s2": 0.3, "s3": 0.6, "s4": 0.8}
MODELS = (
    "int_stage_positions int_stage_places int_process_periods int_forecast_* fct_deal_snapshots fct_deal_forecasts "
    "fct_period_forecasts rpt_forecast_hazards rpt_stage_truth"
)


@dataclass
class Deal:
    """A deal's whole life: the stages it entered, and the values that its fields had, each from a moment on."""

    key: str
    deal_type: str
    created: datetime
    has_stages: bool
    stages: list[tuple[datetime, str]]
    fields: list[tuple[datetime, str, str]] = field(default_factory=list)
    amount: str | None = None

    def stage_at(self, moment: datetime) -> tuple[datetime, str]:
        """The last stage entered before the moment."""
        return [entry for entry in self.stages if entry[0] < moment][-1]

    def amount_at(self, moment: datetime) -> str | None:
        """The last amount before the moment; the one amount of a deal whose changes nobody kept."""
        kept = [value for at, name, value in self.fields if name == "amount" and at < moment]
        return kept[-1] if kept else self.amount


def company(deals: int, ends: datetime, days: int, *, seed: int = 7) -> list[Deal]:
    """Deals created over so many days up to `ends`."""
    draw = random.Random(seed)
    return [_deal(draw, f"c:{n}", ends, days) for n in range(deals)]


def _deal(draw: random.Random, key: str, ends: datetime, days: int) -> Deal:
    created = ends - timedelta(days=draw.random() * days)
    deal = Deal(key, draw.choice(["new", "new", "new", "renewal"]), created, draw.random() > 0.1, [(created, "s1")])
    quick = draw.random() < 0.05
    moment = created
    for stage in ["s2", "s3", "s4", "won"]:
        moment += timedelta(days=draw.random() * 0.7 if quick else draw.expovariate(1 / 30))
        lost = not quick and draw.random() < 0.2
        deal.stages.append((moment, "lost" if lost else stage))
        if lost:
            break
    money = f"{draw.lognormvariate(9, 1):.2f}" if draw.random() > 0.05 else draw.choice(["-50", ""])
    if draw.random() < 0.1:
        deal.amount = money or None
    else:
        deal.fields.append((created, "amount", money))
        deal.fields.append((created + timedelta(days=draw.random() * 60), "amount", f"{draw.lognormvariate(9, 1):.2f}"))
    deal.fields.append((created, "close_date", f"{created + timedelta(days=90):%Y-%m-%d}"))
    deal.fields.append((created, "owner", f"u{draw.randrange(8)}"))
    deal.fields.append((created + timedelta(days=40), "owner", f"u{draw.randrange(8)}"))
    return deal


def told(deals: list[Deal], folder: Path, as_of: datetime, **settings: Any) -> World:
    """The company as its CRM shows it at a moment: nothing of what happened at it or later is in any table."""
    world = World(folder, as_of=as_of, forecast_step_days=7, **settings)
    here = [deal for deal in deals if deal.created < as_of]
    world.canonical("int_deals", pd.DataFrame([_row(deal, as_of) for deal in here], dtype=object))
    world.canonical("int_stage_changes", [
        {"connection": "c", "deal_key": deal.key, "change_id": f"{n}", "pipeline_id": "p", "stage_id": stage,
         "stage_key": stage, "entered_at": at, "source": "history", "precision": "second"}
        for deal in here if deal.has_stages for n, (at, stage) in enumerate(deal.stages) if at < as_of])  # fmt: skip
    world.canonical("int_field_changes", [
        {"connection": "c", "deal_key": deal.key, "change_id": f"{n}", "field": name, "value": value, "changed_at": at,
         "source": "history", "precision": "second"}
        for deal in here for n, (at, name, value) in enumerate(deal.fields) if at < as_of])  # fmt: skip
    people = [(f"u{n}", f"u{n}@x.example", f"team {n % 3}") for n in range(8)]
    world.canonical("int_owners", [
        {"connection": "c", "owner_id": owner, "owner_key": email, "email": email, "team": team}
        for owner, email, team in people])  # fmt: skip
    world.reference("teams", [{"email": "u1@x.example", "team": "the others", "valid_from": as_of.date()}])
    world.reference("connections", [{"connection": "c", "crm": "files", "state": "good", "judged_at": as_of}])
    world.reference("calendar", working_calendar(BEGINNING, 2200))
    world.reference("process_versions", [{"version": 1, "valid_from": BEGINNING}])
    world.reference("process_stages", [{"version": 1, "stage_key": key, "stage_name": key, "stage_order": n,
                                        "probability": p} for n, (key, p) in enumerate(STAGES.items(), 1)])  # fmt: skip
    return world


def _row(deal: Deal, as_of: datetime) -> dict[str, Any]:
    at, stage = deal.stage_at(as_of)
    closed = stage in {"won", "lost"}
    amount = deal.amount_at(as_of) or None
    return {"connection": "c", "crm": "files", "deal_key": deal.key, "pipeline_id": "p", "stage_id": stage,
            "stage_key": stage, "amount": amount, "currency": "EUR", "amount_home": amount, "created_at": deal.created,
            "closed_at": at if closed else None, "deal_type": deal.deal_type, "is_won": stage == "won",
            "is_lost": stage == "lost", "is_open": not closed, "is_deleted": False}  # fmt: skip
