"""A real log of selling (the shared material's): does a call follow each offer, and do two people do two steps?

The log's offers are documents; the beginnings of its calls, and what another person should have done, are activities.
The truth about the calls is worked out here, offer by offer, from the file and with nothing of the product.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.dbt.compliance_tables import SOURCES, World
from tests.dbt.event_log import log_events
from tests.dbt.harness import Warehouse
from tests.shared import shared_folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STAGES = {
    "A_SUBMITTED": "stage_1", "A_PREACCEPTED": "stage_2", "A_FINALIZED": "stage_3", "O_SENT": "stage_3",
    "O_SENT_BACK": "stage_4", "A_DECLINED": "lost", "A_CANCELLED": "lost", "A_APPROVED": "won",
}  # fmt: skip
OFFER, CALL = ("O_SENT", "COMPLETE"), ("W_Nabellen offertes", "START")
WITHIN = timedelta(days=7)
APART = {"sent": None, "approved": "sent", "back": "sent", "accepted": "approved"}
"""Steps, each with the one whose doers may not do it."""
DONE_BY = {"approved": "A_APPROVED", "back": "O_SENT_BACK", "accepted": "A_ACCEPTED"}


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return log_events(shared_folder("data", "bpi2012", "BPI_Challenge_2012.xes.gz"))


@pytest.fixture(scope="module")
def built(events: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    last = events["at"].max()
    world = World(tmp_path_factory.mktemp("responses"), as_of=last, flicker_seconds=0)
    own = {"connection": "bank", "crm": "files"}
    world.reference("connections", [{**own, "state": "good", "judged_at": last}])
    world.reference("coverage", [{"connection": "bank", "object": kind} for kind in SOURCES])
    world.reference("process_versions", [{"version": 1}])
    world.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    world.reference("process_stages", [
        {"version": 1, "stage_key": f"stage_{n}", "stage_name": f"Stage {n}", "stage_order": n, "is_optional": False}
        for n in range(1, 5)
    ])  # fmt: skip
    world.reference("process_responses", [{"version": 1, "response_key": "call", "response_name": "Call",
                                           "is_mandatory": True, "severity": "medium",
                                           "within_seconds": int(WITHIN.total_seconds())}])  # fmt: skip
    world.reference("process_steps", [
        {"version": 1, "step_key": key, "step_name": key, "stage_key": "stage_3", "stage_order": 3, "severity": "low",
         "is_mandatory": False, "grace_seconds": 0, "not_by_step_key": other}
        for key, other in APART.items()
    ])  # fmt: skip
    term = {"version": 1, "alternative": 1, "term": 1}
    offers, kinds = ("call:trigger", "sent"), {"call": CALL[0], **DONE_BY}
    world.reference("step_terms", [
        {**term, "step_key": key, "kind": kind, "min_count": 1, "distinct_days": 1, "needs_contact": False}
        for kind, keys in (("document", offers), ("activity", kinds)) for key in keys
    ])  # fmt: skip
    world.reference("step_term_values", [{**term, "step_key": key, "variant": 1, "role": "kind", "value": name.lower()}
                                         for key, name in kinds.items()])  # fmt: skip

    frame = events.assign(connection="bank", deal_key="bank:" + events["case_id"], precision="exact")
    frame["event_id"] = frame.index.map("{:09}".format)
    deals = frame.drop_duplicates("case_id")[["connection", "deal_key", "case_id", "created_at"]]
    deals = deals.rename(columns={"case_id": "deal_id"})
    world.canonical("int_deals", deals.assign(crm="files", pipeline_id="p", deal_type="new", is_judged=True,
                                              is_deleted=False))  # fmt: skip
    unread = ["case_id", "created_at", "life", "who"]
    moved = frame[(frame["life"] == "COMPLETE") & frame["name"].isin(STAGES)].drop(columns=unread)
    moved = moved.assign(stage_key=moved["name"].map(STAGES), source="history")
    world.canonical("int_stage_changes", moved.rename(columns={"event_id": "change_id", "name": "stage_id",
                                                               "at": "entered_at"}))  # fmt: skip
    done = frame[["name", "life"]].apply(tuple, axis=1)
    acts = {CALL, *((name, "COMPLETE") for name in DONE_BY.values())}
    for table, wanted, key in (("int_documents", {OFFER}, "document_id"), ("int_activities", acts, "activity_id")):
        found = frame[done.isin(wanted)].drop(columns=["case_id", "created_at", "life"])
        found = found.rename(columns={"event_id": key, "name": "kind", "at": "occurred_at", "who": "owner_key"})
        world.canonical(table, found.drop(columns=["precision"]) if table == "int_documents" else found)
    return world.build()


def expected(events: pd.DataFrame) -> dict[tuple[str, datetime], str]:
    """Case and moment of each offer -> what became of the call."""
    offers: dict[str, list[datetime]] = defaultdict(list)
    calls: dict[str, list[datetime]] = defaultdict(list)
    ends: dict[str, list[datetime]] = defaultdict(list)
    for row in events.itertuples():
        if (row.name, row.life) == OFFER:
            offers[row.case_id].append(row.at)
        elif (row.name, row.life) == CALL:
            calls[row.case_id].append(row.at)
        elif row.life == "COMPLETE" and STAGES.get(str(row.name)) in ("won", "lost"):
            ends[row.case_id].append(row.at)
    last = events["at"].max()

    def state(case: str, sent: datetime) -> str:
        due = sent + WITHIN
        later = sorted(calls[case])[bisect_left(sorted(calls[case]), sent) :]
        if later and later[0] <= due:
            return "fulfilled"
        if any(sent <= end <= due for end in ends[case]):
            return "closed_before_deadline"
        if due >= last:
            return "pending"
        return "late" if later else "missing"

    return {(case, sent): state(case, sent) for case, all_sent in offers.items() for sent in all_sent}


def test_every_offer_is_judged_as_the_log_says(built: Warehouse, events: pd.DataFrame) -> None:
    rows: list[Any] = built.query("select deal_id, activated_at, state from warehouse.marts.fct_responses")
    ours = {(row["deal_id"], pd.Timestamp(row["activated_at"])): row["state"] for row in rows}
    assert len(rows) == len(ours) == 7030
    assert ours == expected(events)


def test_the_totals_are_those_that_others_found(built: Warehouse) -> None:
    """An independent reading counted 288 and 105: it took a deal for closed only after the log's last line on it."""
    states = Counter(built.values("select state from warehouse.marts.fct_responses"))
    assert states == {"fulfilled": 5198, "late": 1421, "closed_before_deadline": 289, "missing": 104, "pending": 18}


def test_one_missing_call_is_one_finding(built: Warehouse) -> None:
    [row] = built.query("""
        select count(*) as findings, count(distinct deal_key) as deals from compliance.int_response_findings
        where kind = 'response_missing'""")
    missing = built.values("select count(distinct deal_key) from warehouse.marts.fct_responses where state = 'missing'")
    assert [row["findings"]] == [row["deals"]] == missing


def test_one_person_for_two_steps_is_found_among_all_that_did_them(built: Warehouse) -> None:
    """Where the log repeats a step, whoever looks at its last time alone finds 79 of the 89."""
    violated = built.query("""select step_key, count(*) as deals from warehouse.marts.fct_step_results
        where four_eyes = 'violated' group by 1""")  # fmt: skip
    assert {row["step_key"]: row["deals"] for row in violated} == {"approved": 226, "back": 89, "accepted": 50}
    assert built.values("select count(*) from warehouse.marts.fct_findings where kind = 'four_eyes'") == [226 + 89 + 50]
