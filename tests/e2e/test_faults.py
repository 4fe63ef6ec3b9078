"""Every fault of a network, of every CRM, at every moment: recovery or an error with a name, and nothing is lost.

After the next undisturbed sync the lake tells what a lake tells that was never disturbed, record by record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Connector, SyncOutcome
from connectors.http.retry import Timing
from connectors.lake import Lake
from connectors.sandbox import Organisation, Sandbox
from connectors.sandbox.world import World
from tests.e2e.accounts import CRMS, Account, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

FAULTS: dict[str, dict[str, Any]] = {
    "too many requests": {"too_many_every": 1},
    "the server fails": {"server_error_every": 1},
    "the connection is reset": {"reset_every": 1},
    "half an answer": {"truncate_every": 1},
    "a page of HTML": {"html_every": 1},
    "no answer at all": {"hang_every": 1, "hang_seconds": 0.4},
}
"""Knobs that strike every request; a moment makes them rarer or strikes only some paths."""

EVIDENCE = {"hubspot": "/calls", "salesforce": "FROM+Task", "pipedrive": "/activities", "odoo": "message"}
"""A part of the paths that are asked after the deals."""

MOMENTS = ("from the first request on", "now and then", "after the deals")
SIZE = 40
CANARY = "canary-5f0c81d2e7"
WORDS_OF_OURS = ("Traceback", "defect of Plumbline", "NoneType", "KeyError", "object at 0x")


def _knobs(fault: str, moment: str, crm: str) -> dict[str, Any]:
    knobs = dict(FAULTS[fault])
    if moment == "now and then":
        return {name: 4 if name.endswith("_every") else value for name, value in knobs.items()}
    if moment == "after the deals":
        knobs["only_path"] = EVIDENCE[crm]
    return knobs


class Patient(Account):
    """An account whose connector waits in no time: the waiting is counted, and nobody sleeps."""

    def open(self, clock: Any = None) -> Connector:
        connector: Connector = import_module(f"connectors.{self.crm}.open").open_connector(
            self.settings, self.env, clock or self.now, workspace=self.folder, timing=Timing(sleep=lambda _: None)
        )
        return connector


def told(lake: Lake, crm: str, name: str) -> dict[tuple[str, str], str]:
    """Every live record of every object, as its latest version says; an association with nobody is none."""
    return {
        (table, key): payload
        for table in lake.table_names()
        if table.startswith(f"{crm}/")
        for key, payload in lake.payloads(table, name)
        if not payload.endswith('"to":[]}')
    }


@pytest.fixture(scope="module", params=CRMS)
def calm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, ...]]:
    """One account, and what a lake holds that was never disturbed."""
    crm = request.param
    with start(crm, {CANARY: Organisation(seed=5, deals=SIZE)}) as sandbox:
        account = Patient(crm, sandbox, CANARY, tmp_path_factory.mktemp(crm))
        account.good_sync()
        whole = told(account.lake, crm, "acme")
        assert len(whole) > 5 * SIZE
        yield crm, sandbox, whole


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_in_recovery_or_in_words(
    calm: tuple[str, Sandbox[World], dict[tuple[str, str], str]], fault: str, moment: str, tmp_path: Path
) -> None:
    crm, sandbox, undisturbed = calm
    options = {"timeout_seconds": 0.2, "retry_seconds": 20} if "hang_every" in FAULTS[fault] else {"retry_seconds": 20}
    account = Patient(crm, sandbox, CANARY, tmp_path, options=options)
    quiet = sandbox.app.knobs(CANARY)
    before = sandbox.stats(CANARY)["requests"]
    try:
        sandbox.turn(CANARY, **_knobs(fault, moment, crm))
        disturbed = account.sync()
    finally:
        sandbox.turn(CANARY, **{name: getattr(quiet, name) for name in ("only_path", *FAULTS_OFF)})
    assert sandbox.stats(CANARY)["requests"] - before < 2_000, "nobody hammers a server that is down"
    _recovered_or_named(disturbed, moment, account)
    mended = account.good_sync()
    assert mended.watermark is not None
    assert told(account.lake, crm, "acme") == undisturbed


FAULTS_OFF = sorted({name for knobs in FAULTS.values() for name in knobs})


def _recovered_or_named(outcome: SyncOutcome, moment: str, account: Account) -> None:
    if outcome.state == "good":
        assert moment != "from the first request on", "nobody can read from a CRM that answers nothing"
        return
    assert outcome.state in ("stale", "backfilling")
    assert outcome.error is not None
    assert outcome.error.startswith("acme"), "the operator must know which account it is"
    assert not any(words in outcome.error for words in WORDS_OF_OURS), outcome.error
    assert CANARY not in repr(replace(outcome)), "a secret in an outcome ends up in logs and tables"
