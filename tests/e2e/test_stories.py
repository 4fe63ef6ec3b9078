"""Twenty simulated companies in one night: every verdict, visit and rate against the story that was told beforehand.

The stories (connectors/sandbox) decide each verdict when they are told and share no code with the judging models.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from connectors.sandbox import Organisation, start_sandbox
from connectors.sandbox.model import DealTruth
from orchestration.demo import Company, write_demo_workspace
from tests.e2e.shell import plumbline

SEEDS, DEALS = range(101, 121), 500
ACCUSATIONS = {"late", "missing"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def company() -> Company:
    return Company({f"seed_{seed}": Organisation(seed=seed, deals=DEALS) for seed in SEEDS})


@pytest.fixture(scope="module")
def truths(company: Company) -> dict[tuple[str, str], DealTruth]:
    return {
        (name, truth.deal_id): truth
        for name, organisation in company.organisations.items()
        for truth in organisation.truth()
        if truth.whereabouts in ("live", "archived") and truth.steps is not None
    }


@pytest.fixture(scope="module")
def warehouse(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("twenty") / "workspace"
    with start_sandbox(company.by_token()) as sandbox:
        write_demo_workspace(home, company, sandbox.url)
        done = plumbline("sync", "--as-of", company.now.isoformat(), home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "data" / "published" / "warehouse.duckdb"


def _fetch(warehouse: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_nobody_is_accused_falsely_and_no_skip_is_missed(
    warehouse: Path, truths: dict[tuple[str, str], DealTruth]
) -> None:
    results = _fetch(warehouse, "select connection, deal_id, step_key, state, is_due from marts.fct_step_results")
    told = {(name, deal, step): (state, is_due) for name, deal, step, state, is_due in results}
    staged = {
        (name, deal, step): (state, step in truth.due)
        for (name, deal), truth in truths.items()
        for step, state in (truth.steps or {}).items()
    }
    assert len(staged) > 0.9 * len(SEEDS) * DEALS * 10
    accusations = {key for key, (state, is_due) in told.items() if is_due and state in ACCUSATIONS}
    guilty = {key for key, (state, is_due) in staged.items() if is_due and state in ACCUSATIONS}
    assert sorted(accusations - guilty) == [], "false accusations"
    assert sorted(guilty - accusations) == [], "missed skips"
    differing = {key: (told.get(key), verdict) for key, verdict in staged.items() if told.get(key) != verdict}
    assert differing == {}, "told, staged"
    strangers = {key: state for key, (state, _) in told.items() if key not in staged and state != "not_applicable"}
    assert strangers == {}


def test_the_default_process_flags_some_and_not_everybody(
    warehouse: Path, truths: dict[tuple[str, str], DealTruth]
) -> None:
    flagged = {
        (name, deal) for name, deal in _fetch(
            warehouse, "select distinct connection, deal_id from marts.fct_step_results where is_due and not is_ok"
        )
    }  # fmt: skip
    states = Counter(
        state
        for truth in truths.values()
        if truth.is_judged
        for step, state in (truth.steps or {}).items()
        if step in truth.due
    )
    assert 0.05 < len(flagged) / len(truths) < 0.5
    assert 0.6 < (states["done"] + states["done_in_grace"]) / states.total() < 0.95


def test_visits_are_those_of_the_stories(warehouse: Path, truths: dict[tuple[str, str], DealTruth]) -> None:
    rows = _fetch(
        warehouse,
        "select connection, deal_id, stage_key, entered_at, left_at from marts.fct_stage_visits order by visit_no",
    )
    found: dict[tuple[str, str], list[tuple[str, datetime, datetime | None]]] = {}
    for name, deal, stage, entered, left in rows:
        found.setdefault((name, deal), []).append((stage, entered, left))
    wrong = []
    for key, truth in truths.items():
        if not truth.visits_certain or not truth.is_judged:
            continue
        expected = [
            (v.stage_key, v.entered_at.replace(tzinfo=None), v.left_at and v.left_at.replace(tzinfo=None))
            for v in truth.visits
        ]
        if found.get(key) != expected:
            wrong.append(key)
    assert wrong == []
