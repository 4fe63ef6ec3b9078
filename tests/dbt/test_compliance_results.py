"""What managers read over many deals: rates per person and team, what is owed, usual stays, coverage, sensitivity.

Three reps sell 300 drawn deals; every number is counted again from the drawing itself, in plain Python and numpy.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from expectations.compile_process import process_tables
from expectations.process import load_process
from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.dbt.harness import Warehouse, at

BEGIN, JUDGED = at("2024-01-08T09:00:00"), at("2024-12-02T06:00:00")
STAGES = ("qualify", "develop", "propose", "close", "won")
TEAMS = {"ann": ("east", "alps", date(2024, 6, 1)), "bo": ("east", None, None), "cy": ("west", None, None)}
"""Rep -> the team by the CRM, the team by teams.csv and from which day on. Cy owns few deals."""


@dataclass
class Deal:
    key: str
    segment: str | None
    entered: list[datetime]
    movers: list[str]
    owners: list[tuple[datetime, str]]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def owner_at(self, moment: datetime) -> str:
        return [name for since, name in self.owners if since <= moment][-1]

    def days(self, place: int) -> tuple[float, bool]:
        """Days in the stage, and whether it was left."""
        left = self.entered[place + 1] if place + 1 < len(self.entered) else None
        return ((left or JUDGED) - self.entered[place]) / timedelta(days=1), left is not None


def drawn_deal(rng: random.Random, n: int) -> Deal:
    segment = rng.choice(("big", "small", "small", "small", None, None))
    moment = BEGIN + timedelta(seconds=rng.randrange(24_000_000))
    entered, movers = [moment], ["person"]
    reached = rng.choice((1, 2, 3, 4, 5, 5, 5, 5))
    while len(entered) < reached:
        moment += timedelta(days=rng.expovariate(1 / (9 if segment == "big" else 3)) + 0.01)
        if moment >= JUDGED:
            break
        entered.append(moment)
        movers.append(rng.choice(("person", "person", "person", "workflow", "unknown")))
    first = "cy" if n < 4 else rng.choice(("ann", "bo"))
    owners = [(entered[0], first)]
    if len(entered) > 2 and first == "ann":
        owners.append((entered[2], "bo"))
    return Deal(f"acme:{n}", segment, entered, movers, owners)


def rows_of(rng: random.Random, deal: Deal) -> dict[str, list[dict[str, Any]]]:
    base = {"connection": "acme", "deal_key": deal.key}
    exact = {"source": "history", "precision": "exact"}
    changes = [{**base, "change_id": f"{n}", "stage_id": STAGES[n], "stage_key": STAGES[n], "entered_at": when,
                "actor_id": "u", "actor_kind": mover, **exact}
               for n, (when, mover) in enumerate(zip(deal.entered, deal.movers, strict=True))]  # fmt: skip
    fields = [{**base, "change_id": f"o{n}", "field": "owner", "value": name, "changed_at": since, **exact}
              for n, (since, name) in enumerate(deal.owners)]  # fmt: skip
    if rng.random() < 0.7:
        fields.append({**base, "change_id": "a", "field": "amount", "value": "9", "changed_at": deal.entered[0],
                       "recorded_at": deal.entered[0], **exact})  # fmt: skip
    done = deal.entered[0] + timedelta(days=rng.expovariate(1 / 4))
    contacts = [{**base, "contact_id": "c", "added_at": done, "precision": "exact"}] if rng.random() < 0.8 else []
    seen = done + rng.choice((timedelta(), timedelta(days=30)))
    activities = [{**base, "activity_id": f"m{deal.key}", "kind": "meeting", "occurred_at": done, "recorded_at": seen,
                   "owner_key": "ann@x", "precision": "exact"}] if rng.random() < 0.6 else []  # fmt: skip
    own = {**base, "crm": "hubspot", "deal_id": deal.key[5:], "pipeline_id": "p", "stage_key": changes[-1]["stage_key"],
           "created_at": deal.entered[0], "deal_type": "new", "owner_key": f"{deal.owners[-1][1]}@x", "is_judged": True,
           "is_deleted": False, "amount_home": 100}  # fmt: skip
    segments = [{"deal_key": deal.key, "segment": deal.segment}] if deal.segment else []
    return {"int_deals": [own], "int_stage_changes": changes, "int_field_changes": fields, "int_activities": activities,
            "int_deal_contacts": contacts, "int_deal_segments": segments}  # fmt: skip


@pytest.fixture(scope="module")
def deals() -> list[Deal]:
    rng = random.Random(41)
    return [drawn_deal(rng, n) for n in range(300)]


@pytest.fixture(scope="module")
def built(deals: list[Deal], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    rng = random.Random(42)
    world = World(tmp_path_factory.mktemp("results"), as_of=JUDGED, logging_min_activities=3)
    for table, frame in process_tables(load_process(), ZoneInfo("UTC")).items():
        world.reference(table, frame)
    world.reference("connections", [{"connection": "acme", "crm": "hubspot", "state": "good", "judged_at": JUDGED}])
    world.reference("coverage", [{"connection": "acme", "object": kind} for kind in SOURCES])
    world.reference("calendar", working_calendar(at("2024-01-01"), 400))
    world.reference("stage_map", [{"connection": "acme", "pipeline_id": "p", "stage_id": key, "stage_key": key}
                                  for key in (*STAGES, "lost")])  # fmt: skip
    world.canonical("int_owners", [
        {"connection": "acme", "owner_id": name, "owner_key": f"{name}@x", "email": f"{name}@x", "crm_team": team}
        for name, (team, _, _) in TEAMS.items()
    ])  # fmt: skip
    world.reference("teams", [{"email": f"{name}@x", "team": team, "valid_from": since}
                              for name, (_, team, since) in TEAMS.items() if team])  # fmt: skip
    tables: dict[str, list[dict[str, Any]]] = {}
    for deal in deals:
        for table, rows in rows_of(rng, deal).items():
            tables.setdefault(table, []).extend(rows)
    for table, rows in tables.items():
        world.canonical(table, rows)
    return world.build()


def adherence(built: Warehouse, cut: str, period: str = "whole") -> dict[Any, dict[str, Any]]:
    rows = built.query("select * from warehouse.marts.rpt_adherence where cut = ? and period = ?", cut, period)
    return {(row["value"], row["gate_month"]) if period == "month" else row["value"]: row for row in rows}


def gates(deals: list[Deal]) -> dict[tuple[str, str], tuple[Deal, int]]:
    """(deal, stage) -> the deal and the place of the change by which it left the stage."""
    return {(d.key, STAGES[n]): (d, n + 1) for d in deals for n in range(len(d.entered) - 1)}


def test_owner_team_and_mover_are_those_of_the_moment_of_leaving(built: Warehouse, deals: list[Deal]) -> None:
    left, seen = gates(deals), Counter[str]()
    for row in built.query("select * from warehouse.marts.fct_step_results where gate_at is not null"):
        deal, place = left[row["deal_key"], row["stage_key"]]
        moment = deal.entered[place]
        owner = deal.owner_at(moment)
        crm_team, own_team, since = TEAMS[owner]
        team = own_team if since and moment.date() >= since else crm_team
        told = (row["owner_key_at_gate"], row["team_at_gate"], row["moved_by_kind"], row["is_in_rep_rates"])
        assert told == (f"{owner}@x", team, deal.movers[place], deal.movers[place] == "person"), row
        seen[str(team)] += 1
    assert seen.keys() == {"east", "alps", "west"}


@pytest.mark.parametrize("period", ["whole", "month"])
def test_each_cut_adds_up_to_the_company_and_to_the_deals_own_counts(built: Warehouse, period: str) -> None:
    counts = ("due", "ok", "late", "missing", "backfilled", "unknown", "waived")
    company = [sum(row[name] for row in adherence(built, "company", period).values()) for name in counts]
    for cut in ("team", "segment", "stage", "step", "version"):
        assert [sum(row[name] for row in adherence(built, cut, period).values()) for name in counts] == company
    assert company[:2] == list(
        built.query("select sum(due) as due, sum(ok) as ok from warehouse.marts.fct_deal_compliance")[0].values()
    )
    assert company[0] > 300
    assert all(company[:6])


def test_a_rep_has_a_rate_from_ten_due_on_and_only_for_what_a_person_moved(built: Warehouse) -> None:
    mine = built.query("""select owner_key_at_gate as rep, is_due, is_ok, state from warehouse.marts.fct_step_results
        where is_mandatory and moved_by_kind = 'person' and gate_at is not null""")  # fmt: skip
    reps = adherence(built, "rep")
    assert reps.keys() == {"ann@x", "bo@x", "cy@x"}
    for rep, row in reps.items():
        theirs = [r for r in mine if r["rep"] == rep]
        due, ok = sum(r["is_due"] for r in theirs), sum(r["is_ok"] for r in theirs)
        unknown = sum(r["state"] == "unknown" for r in theirs)
        assert (row["due"], row["ok"], row["unknown"]) == (due, ok, unknown)
        assert (row["rate_low"] is None) == (due < 10) == (row["no_rate_reason"] is not None)
        if due >= 10:
            assert float(row["rate_low"]) == pytest.approx(ok / (due + unknown), abs=1e-6)
    assert reps["cy@x"]["rate_low"] is None
    assert sum(row["due"] for row in reps.values()) < adherence(built, "company")["all"]["due"]


def test_what_is_owed_is_what_the_open_deals_stage_still_asks(built: Warehouse, deals: list[Deal]) -> None:
    owed = built.query("select * from warehouse.marts.fct_owed_steps")
    by_key = {deal.key: deal for deal in deals}
    pending = built.query(
        "select deal_key, pending_steps from warehouse.marts.fct_deal_compliance where status = 'open'"
    )
    assert Counter(row["deal_key"] for row in owed) == Counter(
        {row["deal_key"]: row["pending_steps"] for row in pending if row["pending_steps"]}
    )
    assert len(owed) > 20
    for row in owed:
        deal = by_key[row["deal_key"]]
        here = STAGES[len(deal.entered) - 1]
        assert row["has_left_stage"] == (row["stage_key"] != here)
        place = STAGES.index(row["stage_key"])
        assert row["entered_at"] == deal.entered[place]
        assert row["days_in_stage"] == pytest.approx(deal.days(place)[0])
        assert row["what_counts"]
        assert (row["owed_until"] is None) == (not row["has_left_stage"])


def limit_of(stays: list[tuple[float, bool]], share: float) -> int | None:
    """Kaplan and Meier in whole days: the first day by whose end that share has left."""
    ends = np.array([np.ceil(days) if left else np.floor(days) for days, left in stays])
    left = np.array([left for _, left in stays])
    still = 1.0
    for day in range(int(ends.max()) + 1):
        at_risk = int((ends >= day).sum())
        still *= 1 - int(((ends == day) & left).sum()) / at_risk
        if still <= 1 - share + 1e-9:
            return day
    return None


def exact_limit(stays: list[tuple[float, bool]], share: float) -> float:
    """The same by the moment instead of the day."""
    still = 1.0
    for n, (days, left) in enumerate(ordered := sorted(stays)):
        still *= 1 - left / (len(ordered) - n)
        if still <= 1 - share + 1e-9:
            return days
    return float("inf")


def test_limits_equal_a_survival_curve_computed_elsewhere(built: Warehouse, deals: list[Deal]) -> None:
    rows = built.query("select * from warehouse.marts.rpt_stage_limits")
    assert len(rows) == 12
    given = 0
    for row in rows:
        stays = [
            deal.days(place)
            for deal in deals
            for place in range(min(len(deal.entered), 4))
            if STAGES[place] == row["stage_key"] and row["segment"] in (None, deal.segment)
        ]
        ended = sum(left for _, left in stays)
        assert (row["stays"], row["left_stays"], row["open_stays"]) == (len(stays), ended, len(stays) - ended)
        expected = limit_of(stays, 0.8) if ended >= 30 else None
        assert row["limit_days"] == expected
        assert row["median_days"] == (limit_of(stays, 0.5) if ended >= 30 else None)
        assert (row["no_limit_reason"] is None) == (expected is not None)
        if expected is not None:
            given += 1
            assert abs(expected - exact_limit(stays, 0.8)) <= 1.5
    assert 4 <= given < 12


def test_stuck_deals_are_the_open_ones_beyond_the_limit(built: Warehouse, deals: list[Deal]) -> None:
    limits = {(row["stage_key"], row["segment"]): row["limit_days"]
              for row in built.query("select * from warehouse.marts.rpt_stage_limits")}  # fmt: skip
    expected = set()
    for deal in deals:
        place = len(deal.entered) - 1
        whole = limits.get((STAGES[place], None))
        own = limits.get((STAGES[place], deal.segment))
        limit = own if own is not None else whole
        if STAGES[place] != "won" and limit is not None and deal.days(place)[0] > limit:
            expected.add(deal.key)
    stuck = built.values("select deal_key from warehouse.marts.fct_stuck_deals")
    assert len(stuck) == len(set(stuck)) > 5
    assert set(stuck) == expected


def test_coverage_counts_every_verdict_under_each_kind_that_could_prove_it(built: Warehouse) -> None:
    expected = built.query("""
        with kinds as (
            select distinct version, step_key, replace(kind, '_at_gate', '') as kind from reference.step_terms)
        select kind, count(*) as steps, sum(cast(state = 'unknown' as int)) as unknown
        from warehouse.marts.fct_step_results as r
        inner join kinds on r.process_version = kinds.version and r.step_key = kinds.step_key
        where is_mandatory and (is_due or state = 'unknown') group by 1 order by 1""")  # fmt: skip
    counted = built.query("""select evidence_kind as kind, sum(steps) as steps, sum(unknown_steps) as unknown
        from warehouse.marts.rpt_coverage group by 1 order by 1""")  # fmt: skip
    assert counted == expected
    assert len(counted) == 3
    logging = built.query("""select owner_key, min(is_logging_shown) as shown, max(unknown_reasons) as reasons
        from warehouse.marts.rpt_coverage where evidence_kind = 'activity' group by 1 order by 1""")  # fmt: skip
    assert [(row["owner_key"], row["shown"]) for row in logging] == [("ann@x", True), ("bo@x", False), ("cy@x", False)]
    assert "the owner logs too few activities to tell (" in logging[1]["reasons"]


def test_sensitivity_keeps_every_verdict_and_moves_only_from_late_to_kept(built: Warehouse) -> None:
    steps = built.values("""select count(*) from warehouse.marts.fct_step_results where is_mandatory
        and stage_key <> 'lost' and (gate_at is not null or state = 'unknown')
        and state <> 'not_applicable'""")  # fmt: skip
    rows = built.query("""select backfill_policy, grace_seconds, sum(due + unknown + pending) as n, sum(ok) as ok,
        sum(late) as late, sum(backfilled) as backfilled, sum(unknown) as unknown
        from warehouse.marts.rpt_sensitivity where clock = 'completion' group by 1, 2 order by 1, 2""")  # fmt: skip
    assert len(rows) == 12
    assert {row["n"] for row in rows} == set(steps)
    told = built.values("""select sum(unknown) from warehouse.marts.rpt_adherence where cut = 'step'
        and period = 'whole' and value in (select step_key from warehouse.marts.rpt_sensitivity)""")  # fmt: skip
    assert {row["unknown"] for row in rows} == set(told), "what nobody knows no grace tells"
    by_policy = {name: [row for row in rows if row["backfill_policy"] == name] for name in ("accept", "flag", "reject")}
    for table in by_policy.values():
        assert [row["ok"] for row in table] == sorted(row["ok"] for row in table)
    for accept, flag, reject in zip(*by_policy.values(), strict=True):
        assert accept["ok"] == flag["ok"] + flag["backfilled"]
        assert reject["late"] == flag["late"] + flag["backfilled"]
    assert by_policy["flag"][0]["backfilled"] > 0
    assert by_policy["flag"][0]["ok"] < by_policy["flag"][3]["ok"]
