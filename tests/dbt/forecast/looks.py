"""Looks at open deals as the back-test takes them, written straight into the tables that the proof reads.

The chain's chances are given here, not estimated: what is under test is how they are judged. The world behind them is
simple: deals are won or lost at a time of their own, and a common shock moves all chances of a month.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from tests.dbt.compliance_tables import World
from tests.dbt.harness import Warehouse

NOW = datetime.fromisoformat("2024-07-31T05:30:00")
FIRST = datetime.fromisoformat("2022-10-03")
STEP = timedelta(days=7)
HORIZONS = (4, 13)
MODELS = (
    "int_forecast_cycles path:models/forecast/proof rpt_forecast_backtest rpt_forecast_scorecard "
    "rpt_forecast_calibration"
)

INPUTS: Mapping[str, str] = {
    "int_forecast_settings": "as_of timestamp, as_of_day date, step_days int, time_zone text, home_currency text, "
    "night_id text",
    "int_forecast_as_ofs": "as_of_at timestamp, as_of_day date, purpose text, as_of_no int",
    "int_forecast_horizons": "horizon_steps int",
    "int_forecast_wins": "connection text, deal_key text, deal_type text, created_at timestamp, won_at timestamp, "
    "cycle_days double, is_backfilled boolean, backfilled_won_at timestamp",
    "int_forecast_open_deals": "as_of_at timestamp, purpose text, connection text, crm text, deal_key text, "
    "deal_type text, pipeline_id text, stage_key text, steps_in_stage int, amount_home decimal(18,2), close_date date, "
    "owner_key text, team text, user_segment text, amount_band int, segment text, definition_p double, "
    "created_at timestamp, mode text, closed_as text, closed_at timestamp, final_amount_home decimal(18,2), "
    "judged_at timestamp, amount_ratio double",
    "int_forecast_deal_horizons": "as_of_at timestamp, purpose text, horizon_steps int, deal_key text, p_win double, "
    "p_lost double, amount_home decimal(18,2), expected_amount double, variance double",
    "int_forecast_period_totals": "as_of_at timestamp, purpose text, deal_type text, level text, level_id text, "
    "period_grain text, period_start date, period_starts_at timestamp, period_ends_at timestamp, "
    "booked_to_date double, expected_open double, expected_open_variance double, expected_new double, "
    "expected_new_variance double, "
    "weighted_pipeline double, open_deals int, mode text",
}
"""Tables of the chain that the proof reads, with the columns that it relies on."""


@dataclass(frozen=True)
class Deal:
    """A deal and its fate; `odds` is the weekly chance of leaving that the chain believes in."""

    key: str
    created_at: datetime
    closed_at: datetime
    is_won: bool
    amount: float
    odds: float
    close_date: datetime | None
    owner: str | None
    team: str | None
    segment: str
    stage: str
    deal_type: str = "new"
    connection: str = "acme"
    pipeline_id: str = "p"


def book(seed: int, deals: int = 600) -> list[Deal]:
    """Deals created over two years; their closing lags behind what the sellers enter."""
    luck = random.Random(seed)
    made = []
    for n in range(deals):
        created = FIRST - timedelta(days=60) + timedelta(days=luck.uniform(0, 700))
        large = luck.random() < 0.2
        odds = 0.04 if large else 0.12
        closed = created + timedelta(days=7 * luck.expovariate(odds))
        owner = luck.choice(["ann@x.example", "bob@x.example", "cleo@x.example", None])
        made.append(Deal(
            f"acme:{n}", created, closed, luck.random() < (0.25 if large else 0.45),
            round(luck.uniform(80, 120) * (20 if large else 1), 2), odds,
            created + timedelta(days=luck.uniform(10, 90)) if luck.random() < 0.8 else None,
            owner, None if owner is None else "north" if owner < "b" else "south", "large" if large else "small",
            luck.choice(["first", "second"]), luck.choice(["new", "new", "renewal"]), luck.choice(["acme", "beta"]),
            luck.choice(["p", "q"]),
        ))  # fmt: skip
    return made


def moments(now: datetime = NOW) -> pd.DataFrame:
    """Every fourth Monday, the night before, and now."""
    tested = [FIRST + 4 * STEP * n for n in range(60) if FIRST + 4 * STEP * n < now]
    rows = [(at, "backtest") for at in tested] + [(now - timedelta(days=1), "before"), (now, "now")]
    frame = pd.DataFrame(sorted(rows), columns=["as_of_at", "purpose"])
    frame["as_of_day"] = frame.as_of_at.dt.date
    frame["as_of_no"] = range(1, len(frame) + 1)
    return frame


def chance(deal: Deal, steps: int) -> float:
    """What the chain says: the deal leaves with its odds each week, and wins in two of five cases."""
    return 0.4 * (1 - (1 - deal.odds) ** steps)


class Desk:
    """The proof's inputs in a build file, filled from a book of deals."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.world.reference("connections", [])
        for table in INPUTS:
            self.table(table, [])

    def table(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Replace one of the chain's tables; columns not given are null."""
        self.world._replace("forecast", name, INPUTS[name], rows)

    def fill(
        self,
        deals: Iterable[Deal],
        *,
        now: datetime = NOW,
        mode: str = "stage_chain",
        judged_at: Mapping[str, datetime] | None = None,
        dated: bool = True,
    ) -> None:
        """Everything that the looks at these deals give; `dated` says whether close dates have a history."""
        deals = list(deals)
        known = judged_at or {}
        looked, chances = [], []
        for at, purpose in moments(now)[["as_of_at", "purpose"]].itertuples(index=False):
            for deal in deals:
                if not deal.created_at < at <= deal.closed_at:
                    continue
                is_over = deal.closed_at < now
                looked.append({
                    "as_of_at": at, "purpose": purpose, "connection": deal.connection, "crm": "files",
                    "deal_key": deal.key, "deal_type": deal.deal_type, "pipeline_id": deal.pipeline_id,
                    "stage_key": deal.stage, "steps_in_stage": (at - deal.created_at) // STEP,
                    "amount_home": deal.amount, "close_date": deal.close_date and deal.close_date.date(),
                    "owner_key": deal.owner, "team": deal.team, "user_segment": deal.segment,
                    "definition_p": 0.3 if deal.stage == "first" else 0.6, "created_at": deal.created_at, "mode": mode,
                    "closed_as": ("won" if deal.is_won else "lost") if is_over else None,
                    "closed_at": deal.closed_at if is_over else None, "judged_at": known.get(deal.connection, now),
                })  # fmt: skip
                chances += [
                    {"as_of_at": at, "purpose": purpose, "horizon_steps": h, "deal_key": deal.key,
                     "p_win": chance(deal, h)}
                    for h in HORIZONS
                ]  # fmt: skip
        self.table("int_forecast_settings", [
            {"as_of": now, "as_of_day": now.date(), "step_days": 7, "time_zone": "UTC", "home_currency": "EUR"}
        ])  # fmt: skip
        self.table("int_forecast_as_ofs", moments(now).to_dict("records"))
        self.table("int_forecast_horizons", [{"horizon_steps": h} for h in HORIZONS])
        self.table("int_forecast_open_deals", looked)
        self.table("int_forecast_deal_horizons", chances)
        self.table("int_forecast_wins", [
            {"deal_key": d.key, "deal_type": d.deal_type, "won_at": d.closed_at,
             "cycle_days": (d.closed_at - d.created_at) / timedelta(days=1),
             "is_backfilled": d.closed_at - d.created_at <= timedelta(days=3)}
            for d in deals if d.is_won and d.closed_at < now
        ])  # fmt: skip
        self.world.canonical("int_deals", [
            {"deal_key": d.key, "deal_type": d.deal_type, "close_date": d.close_date and d.close_date.date(),
             "is_lost": not d.is_won and d.closed_at < now, "is_deleted": False}
            for d in deals
        ])  # fmt: skip
        self.world.canonical("int_field_changes", [
            {"deal_key": d.key, "field": "close_date", "changed_at": d.created_at} for d in deals if dated
        ])  # fmt: skip

    def prove(self) -> Warehouse:
        """Run the proof."""
        return self.world.build(MODELS)
