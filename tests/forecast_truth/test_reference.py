"""The reference itself, against cases that are worked out by hand: it is what the warehouse is measured by."""

from __future__ import annotations

from math import exp, isclose, sqrt

import numpy as np
import pandas as pd
import pytest

from tests.forecast_truth.asof import AsOf
from tests.forecast_truth.book import DAY, Book, Process, Stage
from tests.forecast_truth.chain import Constants, Rows, band, curves, cuts, hazards, priors
from tests.forecast_truth.nature import Company
from tests.forecast_truth.organisation import organisation
from tests.forecast_truth.past import Past
from tests.forecast_truth.scores import calibration_error, wape
from tests.forecast_truth.steps import boundaries
from tests.forecast_truth.windows import Judged, Window, due, judged, shock, widening

WEEK = 7 * DAY
MONDAY = 19_723 * DAY  # 2024-01-01
PROCESS = Process((Stage("first", 0.2), Stage("second", 0.5)))


def book(moves: list[tuple[str, float, str]], weeks: float = 10, **fields: pd.DataFrame) -> Book:
    """Deals created by their first move; times in weeks since the Monday."""
    frame = pd.DataFrame(moves, columns=["key", "at", "stage"])
    frame["at"] = (MONDAY + frame["at"] * WEEK).astype("int64")
    deals = frame.groupby("key", sort=False)["at"].min().rename("created").reset_index()
    deals = deals.assign(amount=100.0, close=None, owner=None, segment="", pipeline="p")
    return Book(deals, frame, fields, (PROCESS,), MONDAY + int(weeks * WEEK))


def seen(told: Book) -> list[tuple[str, int, str, int, str]]:
    """Each transition as deal, week of its boundary, state, steps in it, destination."""
    past = Past(told)
    found, names = past.transitions, past.names
    return [
        (told.deals["key"][row], int(at - MONDAY) // WEEK, names[state], int(steps), names[end])
        for row, at, state, steps, end in zip(
            found.rows, found.at, found.state, found.steps, found.destination, strict=True
        )
    ]


def test_a_deal_is_seen_at_each_boundary_that_finds_it_open() -> None:
    told = book([("a", 0.5, "first"), ("a", 2.5, "second"), ("a", 4.25, "won")])
    assert seen(told) == [
        ("a", 1, "first", 0, "first"), ("a", 2, "first", 1, "second"), ("a", 3, "second", 0, "second"),
        ("a", 4, "second", 1, "won"),
    ]  # fmt: skip


def test_what_happens_at_the_boundary_itself_is_not_seen_by_it() -> None:
    told = book([("a", 1.0, "first"), ("a", 2.0, "second"), ("a", 3.0, "lost")], weeks=4)
    assert seen(told) == [("a", 2, "first", 1, "second"), ("a", 3, "second", 1, "lost")]


def test_a_change_into_its_own_stage_restarts_nothing_and_the_last_of_a_moment_counts() -> None:
    told = book([("a", 0.5, "first"), ("a", 1.5, "first"), ("a", 1.5, "second"), ("a", 1.5, "first"),
                 ("a", 3.5, "second")], weeks=4)  # fmt: skip
    assert [row[2:4] for row in seen(told)] == [("first", 0), ("first", 1), ("first", 2)]


def test_two_moves_in_a_step_are_one_transition_and_the_last_step_needs_its_end() -> None:
    told = book([("a", 0.5, "first"), ("a", 1.2, "second"), ("a", 1.6, "won"), ("b", 0.5, "first")], weeks=2.5)
    assert seen(told) == [("a", 1, "first", 0, "won"), ("b", 1, "first", 0, "first")]


def test_boundaries_are_mondays_and_with_daily_steps_days() -> None:
    told = book([("a", 0.5, "first")], weeks=3)
    assert list((boundaries(told) - MONDAY) // WEEK) == [1, 2, 3]
    assert len(boundaries(Book(told.deals, told.moves, {}, (PROCESS,), MONDAY + 3 * WEEK, DAY))) == 18


def test_cuts_are_ranks_and_bands_count_those_below() -> None:
    amounts = np.array([10.0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -5, np.nan])
    assert cuts(amounts) == [4, 7, 9]
    assert list(band(np.array([4, 5, 7, 8, 9, 10, 0, np.nan]), [4, 7, 9])) == [0, 1, 1, 2, 2, 3, 0, 0]
    assert list(band(np.array([5.0]), cuts(np.array([np.nan])))) == [0]


def test_the_prior_is_what_the_process_says() -> None:
    leaves = 1 - exp(-1 / 4)
    found = priors(PROCESS, ["elsewhere", "first", "second", "lost", "won"], Constants())
    assert np.allclose(found[1], [0, 0, leaves * 0.4, leaves * 0.6, 0])
    assert np.allclose(found[2], [0, 0, 0, leaves * 0.5, leaves * 0.5])
    assert np.allclose(found[0], [0, 0, 0, leaves, 0])  # no place in the process and no chance of its own


def test_hazards_are_shrunk_from_the_process_to_the_stage_to_the_age_and_to_the_segment() -> None:
    # Segment 0: ten rows at age 0, four won; segment 1: ten rows at age 4 (its bucket is 3), one won, one lost.
    rows = Rows(np.repeat([0, 1], 10), np.zeros(20, int), np.repeat([0, 4], 10),
                np.array([2] * 4 + [0] * 6 + [2, 1] + [0] * 8))  # fmt: skip
    prior = np.array([[0, 0.1, 0.3]])
    found = hazards(rows, 3, prior, Constants(prior=20, age=5, segment=3))
    by_stage = (5 + 20 * 0.3) / (20 + 20)
    young, old = (4 + 5 * by_stage) / 15, (1 + 5 * by_stage) / 15
    assert np.isclose(found.pooled[0, 0, 2], young)
    assert np.isclose(found.pooled[0, 3, 2], old)
    assert np.isclose(found.pooled[0, 10, 2], by_stage)  # nobody has been there
    assert np.isclose(found.ratio[0, 0, 2], (4 + 3) / (10 * young + 3))
    assert np.isclose(found.p[1, 0, 3, 2], old * (1 + 3) / (10 * old + 3))
    assert np.allclose(found.ratio[2], 1)  # a segment that was never seen
    assert (found.p[..., 0] == 0).all()


def test_leaving_is_capped() -> None:
    rows = Rows(np.zeros(500, int), np.zeros(500, int), np.zeros(500, int), np.full(500, 2))
    found = hazards(rows, 1, np.array([[0, 0.1, 0.9]]))
    assert isclose(found.p[0, 0, 0].sum(), 0.97)


def test_curves_of_one_stage_are_a_geometric_series_and_of_two_what_paths_say() -> None:
    none = np.zeros(0, int)
    one = hazards(Rows(none, none, none, none), 1, np.array([[0, 0.1, 0.2]]))
    won, lost = curves(one, 5)
    assert np.allclose(won[:, 0, 0, 0], [0.2 * 0.7**t for t in range(5)])
    assert np.allclose(lost[:, 0, 0, 31], [0.1 * 0.7**t for t in range(5)])
    two = hazards(Rows(none, none, none, none), 1, np.array([[0, 0.3, 0.1, 0], [0, 0, 0.2, 0.4]]))
    won, _ = curves(two, 3)
    assert np.allclose(won[:, 0, 0, 0], [0, 0.3 * 0.4, 0.6 * 0.3 * 0.4 + 0.3 * 0.4 * 0.4])


def test_a_deal_grows_older_in_the_curve_and_is_young_again_in_its_next_stage() -> None:
    none = np.zeros(0, int)
    found = hazards(Rows(none, none, none, none), 1, np.array([[0, 0.3, 0.0, 0], [0, 0, 0.0, 0.4]]))
    found.p[0, 1, 0, 3] = 0.9  # in its first step only
    won, _ = curves(found, 3)
    assert np.allclose(won[:, 0, 1, 0], [0.9, 0.1 * 0.4, 0.1 * 0.6 * 0.4])
    assert np.allclose(won[:, 0, 0, 5], [0, 0.3 * 0.9, 0.7 * 0.3 * 0.9 + 0.3 * 0.1 * 0.4])


def test_the_future_is_not_read() -> None:
    """F2 of the reference itself: all that is known later changes nothing."""
    whole = organisation(Company(7, days=420, deals_a_week=8, sellers=5)).book
    for moment in boundaries(whole)[[20, 33, 46]]:
        full, cut = AsOf(Past(whole), int(moment)), AsOf(Past(whole.cut(int(moment))), int(moment))
        assert list(whole.deals["key"][full.open.rows]) == list(cut.book.deals["key"][cut.open.rows])
        assert (full.p_win(13) == cut.p_win(13)).all()
        assert (full.expected(13) == cut.expected(13)).all()
        assert (full.definition * due(full, 13) == cut.definition * due(cut, 13)).all()


def test_a_win_entered_afterwards_trains_nothing_once_it_is_known() -> None:
    told = book([("a", 0.9, "first"), ("a", 1.1, "won"), ("b", 0.5, "first")], weeks=5)
    past = Past(told)
    assert not AsOf(past, MONDAY + 2 * WEEK).training[past.transitions.rows == 0].any()
    assert list(AsOf(past, MONDAY + 1 * WEEK).open.rows) == [0, 1]  # nobody could know on that Monday


def test_one_stage_is_assumed_where_stages_tell_nothing() -> None:
    moves = [(f"{n}", n / 20, "first") for n in range(60)] + [(f"{n}", n / 20 + 3.3, "won") for n in range(30)]
    past = Past(book([*moves, *((f"{n}", n / 20 + 2.1, "lost") for n in range(30, 50))], weeks=12))
    moment = AsOf(past, MONDAY + 11 * WEEK)
    assert moment.mode == "single_state"
    assert moment.past.names == ["open", "lost", "won"]
    assert list(moment.open.steps) == [8] * 10  # since they were created
    assert moment.hazards.prior[0, 2] == pytest.approx((1 - exp(-1 / 4)) * 0.2)


def test_amounts_are_corrected_by_what_was_won_of_them() -> None:
    moves = [row for n in range(4) for row in ((f"{n}", 0.5, "first"), (f"{n}", 2.5, "second"), (f"{n}", 2.8, "won"))]
    amounts = pd.DataFrame([(f"{n}", MONDAY + WEEK // 2, 100.0 + n) for n in range(4)]
                           + [("0", MONDAY + 2 * WEEK + DAY, 40.0)], columns=["key", "at", "value"])  # fmt: skip
    moment = AsOf(Past(book(moves, amount=amounts)), MONDAY + 5 * WEEK)
    first = moment.past.names.index("first")
    assert isclose(moment.amount_ratio[first], (40 + 306 + 20 * 101.5) / (406 + 20 * 101.5))


def window(
    week: int, actual: float, forecast: float | None = 100.0, weighted: float = 200.0, variance: float = 0.0
) -> Window:
    at = MONDAY + week * WEEK
    return Window(at, at + 4 * WEEK, "", forecast, weighted, actual, variance)


def test_opponents_know_only_windows_that_have_closed() -> None:
    told = judged([window(0, 50), window(2, 70), window(4, 90), window(6, 10)])
    assert [one.run_rate for one in told] == [None, None, 50, 60]
    assert [one.corrected for one in told] == [200, 200, 50, 60]


def test_opponents_also_know_windows_without_a_forecast() -> None:
    told = judged([window(0, 50, None), window(4, 90)])
    assert [(one.run_rate, one.corrected) for one in told] == [(50, 50)]


def test_the_interval_starts_from_what_is_assumed_and_learns() -> None:
    first, *_ = told = judged([window(week, 130, variance=100) for week in range(0, 60, 4)])
    assert isclose(first.sd, sqrt(100 + 0.15**2 * 100**2))
    assert isclose(first.high, 100 + 1.2816 * first.sd)
    assert isclose(shock(told[:1]), (4 * 0.15**2 + (900 - 100) / 10_000) / 5)
    assert widening(told[:7]) == 1.2816
    assert widening(told[:8]) == max(30 / one.sd for one in told[:8])  # 0.8 of nine, rounded up, is the last of eight
    assert told[-1].is_covered


def test_an_interval_ends_at_nothing() -> None:
    assert judged([window(0, 0, variance=1e6)])[0].low == 0


def test_scores() -> None:
    assert wape([1, 5], [2, 2]) == 1
    assert calibration_error(np.full(10, 0.5), np.repeat([0, 1], 5)) == pytest.approx(
        0.5
    )  # ten deciles of one deal each
    assert calibration_error(np.repeat([0.1, 0.9], 100), np.repeat([0, 1], 100)) == pytest.approx(0.1)
    assert Judged(window(0, 5), 5, 0, None, 1, 4, 6).is_covered
    assert not Judged(window(0, 5), 5, 0, None, 1, 6, 8).is_covered
