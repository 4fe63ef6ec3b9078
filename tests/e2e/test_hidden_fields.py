"""A field that the connection may not see is no proof that nothing was entered: its steps are unknown, not missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.sandbox import DEFAULT_NOW, Organisation
from tests.e2e.accounts import Account, build, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

AMOUNT = {"salesforce": "Opportunity.Amount", "odoo": "crm.lead.expected_revenue"}
"""The field behind the steps that want an amount, as the simulated CRM's knob names it."""


@pytest.mark.parametrize("crm", AMOUNT)
def test_nobody_is_accused_of_not_entering_what_we_may_not_read(crm: str, tmp_path: Path) -> None:
    with start(crm, {"t": Organisation(seed=5, deals=60)}) as sandbox:
        account = Account(crm, sandbox, "t", tmp_path)
        sandbox.turn("t", missing_fields=(AMOUNT[crm],))
        account.good_sync(lambda: DEFAULT_NOW)
        built = build(tmp_path / "build", [account], DEFAULT_NOW, "+fct_step_results +fct_findings")
    results = built.query("select step_key, state, reason from marts.fct_step_results")
    amounts = [(state, reason) for step, state, reason in results if step in ("amount_known", "final_amount")]
    assert "missing" not in {state for state, _ in amounts}
    assert any("field amount could not be read" in (reason or "") for state, reason in amounts if state == "unknown")
    assert "missing" in {state for step, state, _ in results if step == "conversation_held"}, (
        "other steps are still judged"
    )
    assert built.query("select 1 from marts.fct_findings where step_key in ('amount_known', 'final_amount')") == []
