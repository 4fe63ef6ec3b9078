"""The day's tokens when answers overtake each other, as they do when several calls are under way."""

from __future__ import annotations

from threading import Thread

from connectors.http.bucket import Limits
from connectors.pipedrive.budget import TokenBudget


def answered(budget: TokenBudget, cost: int, left: int) -> None:
    """A whole call of another thread."""

    def call() -> None:
        with budget.paid(cost):
            budget.learn(Limits(per_day=3000, day_remaining=left))

    thread = Thread(target=call)
    thread.start()
    thread.join()


def test_an_overtaken_answer_gives_no_token_back():
    budget = TokenBudget("acme")
    with budget.paid(20):  # answered by the server first, heard of last
        answered(budget, 20, 960)
        budget.learn(Limits(per_day=3000, day_remaining=980))
    assert budget.remaining == 960


def test_a_new_day_is_believed_whichever_answer_tells_of_it():
    budget = TokenBudget("acme")
    with budget.paid(20):
        answered(budget, 20, 960)
        budget.learn(Limits(per_day=3000, day_remaining=2980))
    assert budget.remaining == 2980


def test_what_other_apps_spend_counts_at_once():
    budget = TokenBudget("acme")
    answered(budget, 20, 960)
    answered(budget, 20, 400)
    assert budget.remaining == 400
