"""The warehouse's forecasts against the reference: the same chances for the same deals, to the ninth digit (F1, F2)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from tests.forecast_truth import backtest
from tests.forecast_truth.book import DAY, Book, Process, Stage
from tests.forecast_truth.log import log_book
from tests.forecast_truth.nature import Company
from tests.forecast_truth.organisation import PROCESS, organisation
from tests.forecast_truth.steps import boundaries
from tests.forecast_truth.tables import naive
from tests.forecast_truth.warehouse import HORIZONS, KEYS, built, compared, told

EXACT = 1e-9


def wrong(found: Mapping[str, float]) -> dict[str, float]:
    """What differs by more than rounding."""
    return {name: off for name, off in found.items() if not off <= (0 if name == "unmatched" else EXACT)}


@pytest.fixture(scope="module")
def young() -> Book:
    """Eight months of a company: some moments without enough wins, some with."""
    return organisation(Company(11, days=245, deals_a_week=16, sellers=5)).book


def test_a_young_company_is_forecast_alike(young: Book, tmp_path: Path) -> None:
    rows, found = compared(built(tmp_path, young, HORIZONS), young)
    assert rows > 300
    assert wrong(found) == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_f1_an_organisation_with_a_changed_process_is_forecast_alike(tmp_path: Path) -> None:
    """The definition changed, kinds are told as segments, and a night that falls on no boundary."""
    made = organisation(Company(3, days=2 * 364, sellers=6), told=True).book
    later = Process(tuple(Stage(stage.key, stage.probability**2) for stage in PROCESS.stages), int(made.created[900]))
    changed = Book(made.deals, made.moves, made.fields, (PROCESS, later), made.until)
    as_of = changed.until - 10 * DAY // 3
    rows, found = compared(built(tmp_path, changed, HORIZONS, as_of=as_of), changed)
    assert rows > 5_000
    assert wrong(found) == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_f1_the_public_log_is_forecast_alike(tmp_path: Path) -> None:
    book = log_book()
    rows, found = compared(built(tmp_path, book, HORIZONS), book)
    assert rows > 50_000
    assert wrong(found) == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_back_test_says_of_all_four_methods_what_the_reference_says(tmp_path: Path) -> None:
    made = organisation(Company(9, days=2 * 364, sellers=5), told=True).book
    rows, found = backtest.differences(built(tmp_path, made, backtest.BACKTEST), made)
    assert rows > 1_000
    assert wrong(found) == {}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_f2_what_was_forecast_then_is_forecast_of_then(tmp_path: Path) -> None:
    """At six moments: from all data, and from data cut at the moment."""
    whole = organisation(Company(5, days=546, deals_a_week=12, sellers=5)).book
    full = told(built(tmp_path / "whole", whole, HORIZONS))
    moments = [moment for moment in boundaries(whole) if naive(moment) in set(full["as_of_at"].dt.to_pydatetime())]
    assert len(moments) >= 6
    for moment in moments[-6:]:
        cut = told(built(tmp_path / f"{moment}", whole.cut(int(moment)), HORIZONS, as_of=int(moment)))
        ours, theirs = (frame[frame["as_of_at"] == naive(moment)] for frame in (full, cut))
        both = pd.merge(ours, theirs, on=KEYS, how="outer", suffixes=("", "_cut"), indicator=True)
        assert len(ours)
        assert (both["_merge"] == "both").all()
        for name in ("p_win", "p_lost", "amount_home", "expected_amount"):
            assert (both[name] - both[f"{name}_cut"]).abs().max() <= 1e-12 * max(1.0, both[name].abs().max()), name
