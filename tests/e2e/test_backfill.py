"""A first sync that takes several of Pipedrive's days: it stops cleanly, goes on, and loses and repeats nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.accounts import Account
from tests.e2e.test_completeness import TOKEN, holds_everything, opened, pause

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TOKENS = 1200


def _asked(account: Account) -> int:
    return int(account.sandbox.stats(TOKEN)["requests"])


def test_a_first_sync_takes_days_and_each_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    with opened("pipedrive", tmp_path / "a", 100) as (account, hands):
        whole = Account("pipedrive", account.sandbox, TOKEN, tmp_path / "whole")
        whole.good_sync()
        undivided = _asked(account)
        account.sandbox.turn(TOKEN, tokens_per_day=TOKENS)
        days = 1
        while (outcome := account.sync()).state != "good":
            assert outcome.state == "backfilling", outcome.error
            assert outcome.watermark is None, "no model reads half a first sync"
            assert "token" in str(outcome.error)
            assert days < 30, "it never ends"
            account.sandbox.turn(TOKEN, day=days)
            pause(account, hands, 60 * 24)
            days += 1
        assert days > 2, "the budget should not have sufficed"
        assert _asked(account) - undivided <= undivided + 12 * days, "only what a day begins with is asked again"
        account.sandbox.turn(TOKEN, tokens_per_day=0)
        holds_everything(account, tmp_path / "b")
