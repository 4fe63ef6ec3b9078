"""Draws a world, has it judged twice, and lists where the two disagree."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from expectations.compile_process import process_tables
from tests.dbt.compliance_tables import World
from tests.reference.answers import Answer
from tests.reference.days import Days
from tests.reference.drawing import drawn_deals
from tests.reference.drawing_process import drawn_process
from tests.reference.drawing_world import drawn_accounts, drawn_pipelines, drawn_waivers
from tests.reference.findings import Finding
from tests.reference.judge import Judgement, judge_deal
from tests.reference.process import Process, read_process
from tests.reference.rates import COUNTS, bounds, rates
from tests.reference.rows import Deal, Surroundings, Waiver
from tests.reference.tables import (
    read_answers,
    read_deals,
    read_findings,
    read_four_eyes,
    read_hygiene,
    read_rates,
    read_results,
    read_steps_told,
    read_visits,
    write,
)

ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin")
HOLIDAYS = frozenset({date(2024, 3, 29), date(2024, 4, 1), date(2024, 5, 1)})
KINDS = {"skip": "stage_skipped", "born_late": "born_late", "backward": "moved_backward", "reopen": "reopened",
         "conflict": "conflicting_outcome"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of one deal on which the two disagree."""

    seed: int
    deal: Deal
    what: str
    rules: Any
    sql: Any


@dataclass(slots=True)
class Compared:
    """A world judged twice."""

    deals: int
    verdicts: int
    differences: list[Difference]
    process: Process
    covered: dict[str, dict[str, datetime | None]]
    waivers: list[Waiver]
    met: Counter[str]
    """How often the rules gave each state of a step and of an answer."""


def is_working_day(day: date) -> bool:
    """Monday to Friday, without holidays."""
    return day.weekday() < 5 and day not in HOLIDAYS


def compare(seed: int, count: int, folder: Path, without: frozenset[str] = frozenset()) -> Compared:
    """Draw `count` deals and compare both judgements of each."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    days = Days(ZoneInfo(rng.choice(ZONES)), is_working_day)
    drawn = drawn_process(rng, folder, without)
    tables = process_tables(drawn, days.zone)
    flicker, tolerance = drawn.defaults.flicker, drawn.defaults.backfill_tolerance
    birth, least = drawn.defaults.won_at_birth, drawn.defaults.logging_min_activities
    process = read_process(
        tables,
        flicker_seconds=flicker,
        backfill_seconds=tolerance,
        won_at_birth_seconds=birth,
        logging_min_activities=least,
    )
    accounts = drawn_accounts(rng, 40, without)
    covered = {account.name: account.covered_from for account in accounts}
    pipelines = drawn_pipelines(random.Random(f"pipelines {seed}"), process)
    deals = list(drawn_deals(rng, count, accounts, process, days.zone, without, pipelines))
    waivers = drawn_waivers(rng, deals, sorted(process.step_keys()), without)
    given: dict[str | None, list[Waiver]] = {}
    for waiver in waivers:
        given.setdefault(waiver.deal_key, []).append(waiver)
    world = World(
        folder / "world",
        time_zone=str(days.zone),
        flicker_seconds=flicker,
        backfill_seconds=tolerance,
        won_at_birth_seconds=birth,
        logging_min_activities=least,
        as_of=max(account.judged_at for account in accounts),
    )
    write(world, tables, deals, accounts, waivers, days, pipelines)
    built = world.build()
    results, visits, findings, compliance = (
        read_results(built),
        read_visits(built),
        read_findings(built),
        read_deals(built),
    )
    eyes, replies, told = read_four_eyes(built), read_answers(built), read_steps_told(built)
    open_rules = read_hygiene(built)
    planning = {
        deal.connection for deal in deals if "planned_activities" in covered[deal.connection]
        and any(a.occurred_at and a.occurred_at > deal.judged_at and (a.recorded_at or deal.judged_at) <= deal.judged_at
                for a in deal.activities)
    }  # fmt: skip
    logged = _logged(deals, days)
    differences, verdicts, met = [], 0, Counter[str]()
    judged: list[tuple[Deal, Judgement]] = []
    for deal in deals:
        key = deal.deal_key
        lifted = [*given.get(None, []), *given.get(key, [])]
        account = deal.connection
        around = Surroundings(covered[account], lifted, account in planning, logged[account], pipelines)
        ours = judge_deal(deal, process, days, around)
        judged.append((deal, ours))
        verdicts += len(ours.verdicts)
        met.update(f"step {one.state}" for one in ours.verdicts.values())
        met.update(f"answer {one.state}" for one in ours.answers)
        met.update(f"rule {state}" for state in ours.hygiene.values())
        met.update(f"finding {one.kind}" for one in ours.findings)
        said = {
            **{f"step {step}": _verdict(row) for step, row in results.get(key, {}).items()},
            "visits": [row[:3] for row in visits.get(key, [])],
            "days": [round(row[3], 6) for row in visits.get(key, [])],
            "moves": findings.get(key, set()),
            "deal": _deal(compliance.get(key)),
            "four eyes": eyes.get(key, {}),
            **{f"rule {rule}": state for rule, state in open_rules.get(key, {}).items()},
            **{_told(row): row for row in told.get(key, ())},
            **{f"answer {' '.join(named)}": row for named, row in replies.get(key, {}).items()},
        }
        expected = _expected(ours, deal)
        differences += [
            Difference(seed, deal, what, expected.get(what), said.get(what))
            for what in sorted(expected.keys() | said.keys())
            if expected.get(what) != said.get(what)
        ]
    differences += _rates_apart(seed, judged, process, days, read_rates(built))
    return Compared(len(deals), verdicts, differences, process, covered, waivers, met)


def _rates_apart(seed: int, judged: list[tuple[Deal, Judgement]], process: Process, days: Days,
                 said: dict[Any, tuple[Any, ...]]) -> list[Difference]:  # fmt: skip
    """Where what is counted for a cell of the rates is not the same. Shown with any deal: it is of many."""
    found = rates(judged, process.step_keys(), days)
    ours: dict[Any, Any] = {
        cell: (*(counts[name] for name in COUNTS), *(bounds(cell[0], counts) or (None, None)))
        for cell, counts in found.items()
    }
    rounded = {cell: tuple(_exactly(one) for one in row) for cell, row in said.items()}
    expected = {cell: tuple(_exactly(one) for one in row) for cell, row in ours.items()}
    return [
        Difference(seed, judged[0][0], f"rates {cell}", expected.get(cell), rounded.get(cell))
        for cell in sorted(expected.keys() | rounded.keys(), key=str)
        if expected.get(cell) != rounded.get(cell)
    ]


def _exactly(one: Any) -> Any:
    return _millionths(float(one)) if isinstance(one, float | Decimal) else one


def _logged(deals: list[Deal], days: Days) -> dict[str, Counter[tuple[str, str]]]:
    """Account -> owner and kind -> how many activities surely took place and were known when the account was read."""
    logged: dict[str, Counter[tuple[str, str]]] = {deal.connection: Counter() for deal in deals}
    for deal in deals:
        for one in deal.activities:
            is_over = one.occurred_at is not None and days.seen(one.occurred_at, one.precision).at <= deal.judged_at
            is_known = (one.recorded_at or deal.judged_at) <= deal.judged_at
            if one.owner_key is not None and is_over and is_known and one.outcome != "planned":
                logged[deal.connection][one.owner_key, one.kind] += 1
    return logged


def _deal(row: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if row is None:
        return None
    status, due, ok, low, high, truncated = row
    return status, due, ok, None if low is None else (round(low * 10**6), round(high * 10**6)), truncated


def _verdict(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Of a step that does not apply only that is compared: which version does not know it is nobody's concern."""
    if row[1] == "not_applicable":
        return None, row[1], *row[2:4], None, None, row[6]
    return (*row[:5], None, row[6]) if row[6] == "unknown" else row


def _answer(found: Answer) -> tuple[Any, ...]:
    when = found.event.when
    return (found.version, found.state, found.is_due, found.is_ok, None if when is None else when.at,
            found.deadline_at, found.answered_at)  # fmt: skip


def _finding(found: Finding) -> tuple[Any, ...]:
    return (found.kind, found.key, found.since, found.mode, found.is_waived, found.is_alert, found.is_for_owner)


def _told(row: tuple[Any, ...]) -> str:
    """Of one answer there may be several findings, of a step one of a kind."""
    kind, key, since = row[:3]
    return f"told {kind} {key} {since if kind == 'response_late' else ''}"


def _millionths(rate: float) -> int:
    return int(rate * 10**6 + 0.5)


def _expected(ours: Judgement, deal: Deal) -> dict[str, Any]:
    rate = ours.rate()
    stays = [max(0, ((v.left_at or deal.judged_at) - v.entered_at).total_seconds()) for v in ours.visits]
    return {
        **{
            f"step {step}": _verdict((v.version, v.state, v.is_due, v.is_ok, v.gate_at, v.done_at, v.without_waiver))
            for step, v in ours.verdicts.items()
        },
        **{f"rule {rule}": state for rule, state in ours.hygiene.items()},
        **{_told(_finding(f)): _finding(f) for f in ours.findings},
        **{f"answer {a.response_key} {a.event.kind} {a.event.record_id}": _answer(a) for a in ours.answers},
        "visits": [(v.stage_key, v.entered_at, v.left_at) for v in ours.visits],
        "days": [round(seconds / 86_400, 6) for seconds in stays],
        "four eyes": ours.four_eyes,
        "moves": {(KINDS[move.kind], move.stage_key, move.at) for move in ours.moves}
        | {("over_time", stage, since) for stage, since in ours.over_time}
        | ({("stage_unmapped", "unmapped", ours.unmapped_since)} if ours.unmapped_since else set()),
        "deal": (
            ours.status,
            ours.due,
            ours.ok,
            None if rate is None else (_millionths(rate[0]), _millionths(rate[1])),
            ours.is_truncated,
        ),
    }
