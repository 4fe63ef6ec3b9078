"""Books as nobody would wish them: the chain stays what the reference says, and the figures say what weakens them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.dbt.harness import Warehouse
from tests.forecast_truth.book import DAY, Book
from tests.forecast_truth.nature import Company
from tests.forecast_truth.organisation import organisation
from tests.forecast_truth.tables import CONNECTION, deals, moments, stage_changes, world_of
from tests.forecast_truth.warehouse import HORIZONS, compared, upstream

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
NOWHERE = "legal"
TOMORROW = "expansion"


def spoilt(book: Book) -> Book:
    """A stage without exits outside the process; amounts missing, negative and absurd; dates that have all passed."""
    still = book.deals["key"][~book.deals["key"].isin(book.moves["key"][book.moves["stage"].isin(["won", "lost"])])]
    stuck, gone, below, absurd = still[:20], still[20:40], still[40:43], still[43:44]
    parked = pd.DataFrame({"key": stuck, "at": book.until - 80 * DAY, "stage": NOWHERE})
    born = book.deals.set_index("key")["created"]
    moves = book.moves[~(book.moves["key"].isin(stuck) & (book.moves["at"] >= book.until - 80 * DAY))]
    moves = pd.concat([moves, parked[parked["key"].map(born) < parked["at"]]]).sort_values("at", kind="stable")
    amount = book.deals["amount"].astype(float)
    amount = amount.mask(book.deals["key"].isin(gone), np.nan).mask(book.deals["key"].isin(below), -500.0)
    amount = amount.mask(book.deals["key"].isin(absurd), 5e9)
    overdue = book.until // DAY - 400
    told = book.deals.assign(amount=amount.astype(object).where(amount.notna(), None), close=overdue)
    return replace(book, deals=told, moves=moves.reset_index(drop=True), fields={"owner": book.fields["owner"]})


@pytest.fixture(scope="module")
def book() -> Book:
    return spoilt(organisation(Company(17, days=420, deals_a_week=14, sellers=5)).book)


@pytest.fixture(scope="module")
def warehouse(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    world = world_of(tmp_path_factory.mktemp("bad"), book)
    created = book.until - 5 * DAY
    new = {"connection": CONNECTION, "deal_key": f"{CONNECTION}:tomorrow", "pipeline_id": "p", "stage_id": "propose",
           "stage_key": "propose"}  # fmt: skip
    at = moments([created])[0]
    extra = pd.DataFrame([{**new, "crm": "files", "deal_id": "tomorrow", "deal_type": TOMORROW, "amount": 1000.0,
                           "amount_home": 1000.0, "currency": "EUR", "created_at": at, "is_won": False,
                           "is_lost": False, "is_open": True, "is_deleted": False, "is_judged": True,
                           "close_date": pd.Timestamp((created + 9 * DAY) * 1000).date()}])  # fmt: skip
    world.canonical("int_deals", pd.concat([deals(book), extra]))
    change = {**new, "change_id": "0", "entered_at": at, "recorded_at": at, "source": "history", "precision": "exact"}
    world.canonical("int_stage_changes", pd.concat([stage_changes(book), pd.DataFrame([change])]))
    return world.build(upstream(HORIZONS, "fct_period_forecasts", "fct_deal_forecasts"))


def company(warehouse: Warehouse, deal_type: str) -> list[dict]:
    return warehouse.query("""select * from warehouse.marts.fct_period_forecasts
        where level = 'company' and deal_type = ? order by period_grain, period_start""", deal_type)  # fmt: skip


def test_the_chances_are_the_references(warehouse: Warehouse, book: Book) -> None:
    rows, found = compared(warehouse, book)
    assert rows > 500
    assert found.pop("unmatched") == 0
    assert max(found.values()) <= 1e-9


def test_a_stage_without_exits_promises_little_and_nothing_impossible(warehouse: Warehouse) -> None:
    told = warehouse.query(f"""select o.stage_key, h.p_win, h.p_lost from forecast.{HORIZONS} as h
        inner join forecast.int_forecast_open_deals as o on h.deal_key = o.deal_key and h.as_of_at = o.as_of_at
        where o.purpose = 'now'""")  # fmt: skip
    assert all(0 <= row["p_win"] <= 1 and 0 <= row["p_lost"] <= 1 and row["p_win"] + row["p_lost"] <= 1 for row in told)
    stuck = [row["p_win"] for row in told if row["stage_key"] == NOWHERE]
    assert stuck
    assert max(stuck) < 0.1


def test_what_weakens_the_figures_is_said(warehouse: Warehouse) -> None:
    flags = {flag for row in company(warehouse, "new") for flag in (row["quality_flag"] or "").split()}
    assert {"amounts_missing", "amounts_negative", "dates_overdue", "one_deal"} <= flags
    assert {float(row["weighted_pipeline"]) for row in company(warehouse, "new")} == {0.0}


def test_a_pipeline_that_began_this_week_shows_what_the_process_says_and_no_forecast(warehouse: Warehouse) -> None:
    told = company(warehouse, TOMORROW)
    assert {row["mode"] for row in told} == {"none"}
    assert {row["expected_open"] for row in told} == {None}
    assert sum(float(row["weighted_pipeline"]) for row in told if row["period_grain"] == "month") == 600.0
    assert all("no_history" in row["quality_flag"] for row in told)
