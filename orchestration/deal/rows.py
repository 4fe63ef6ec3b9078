"""One deal's rows of the published warehouse, and the deal that a person means by a key, an id, a name or a link.

Only reading belongs here, and never more than a person can look at: of a deal with a million visits the first and the
last are read, and how many there are. What the rows mean is story.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
ALIKE = 0.7
"""From this likeness on (Jaro and Winkler's) a deal is named as the one that may have been meant."""
FIRST, LAST, MOST = 5, 15, 10
"""So many of the first and the last visits, findings and answers; so many pieces of evidence of one step."""

_ENDS = f"""
    select * from (select *, count(*) over () as total, row_number() over (order by {{order}}) as place from ({{rows}}))
    where place <= {FIRST} or place > total - {LAST} order by place"""
_VISITS = "select * from marts.fct_stage_visits where deal_key = $deal"
_FINDINGS = "select * from marts.fct_findings where deal_key = $deal"
_RESPONSES = "select * from marts.fct_responses where deal_key = $deal and state <> 'not_applicable'"

QUERIES: Mapping[str, tuple[str, str]] = {
    "stages": ("dim_stages", "select distinct process_version, stage_key, stage_name from marts.dim_stages"),
    "visits": ("fct_stage_visits", _ENDS.format(rows=_VISITS, order="visit_no")),
    "steps": ("fct_step_results", """
        select results.*, steps.step_name, steps.why, stages.stage_name, stages.stage_order,
            coalesce(results.gate_at in (
                select entered_at from marts.fct_stage_visits where deal_key = $deal and precision = 'day'
            ), false) as is_gate_day,
            exists (
                select 1 from marts.fct_stage_visits as visits
                where visits.deal_key = $deal and visits.stage_key = results.stage_key
                    and visits.entered_at <= results.gate_at
            ) as was_in_stage
        from marts.fct_step_results as results
        left join marts.dim_steps as steps using (process_version, step_key)
        left join marts.dim_stages as stages
            on results.process_version = stages.process_version and results.stage_key = stages.stage_key
        where results.deal_key = $deal
        order by stages.stage_order nulls last, results.is_mandatory desc, results.step_key"""),
    "evidence": ("fct_step_evidence", f"""
        select * from (
            select *, count(*) over (partition by step_key) as total
            from marts.fct_step_evidence where deal_key = $deal
        ) where evidence_no <= {MOST} order by step_key, evidence_no"""),
    "waivers": ("dim_waivers", """
        select * from marts.dim_waivers
        where waiver_id in (select waiver_id from marts.fct_step_results where deal_key = $deal)"""),
    "owed": ("fct_owed_steps", """
        select * from marts.fct_owed_steps where deal_key = $deal order by has_left_stage desc, step_key"""),
    "findings": ("fct_findings", _ENDS.format(rows=_FINDINGS, order="since, finding_id")),
    "responses": ("fct_responses", _ENDS.format(rows=_RESPONSES, order="activated_at, response_id")),
    "hygiene": ("fct_hygiene", """
        select * from marts.fct_hygiene
        where deal_key = $deal and state in ('broken', 'unknown') order by rule_key"""),
}  # fmt: skip
"""Part of the story -> the mart that it needs, and its query."""

_DEAL = """
    select deals.*, compliance.* exclude (
            connection, crm, deal_key, deal_id, owner_key, deal_type, stage_key, amount_home, is_judged,
            unjudged_reason, judged_at, as_of
        ),
        coalesce(compliance.stage_key, deals.stage_key) as stands_in,
        coalesce(compliance.is_judged, false) as is_judged_now,
        coalesce(compliance.unjudged_reason, deals.unjudged_reason) as why_not
    from marts.dim_deals as deals left join marts.fct_deal_compliance as compliance using (deal_key)
    where deals.deal_key = $deal"""
_OWNING = """
    select distinct owner_id, owner_key from marts.dim_deals
    where connection = $connection and list_contains($ids, owner_id) and owner_key is not null"""
_MOVING = """
    select distinct moved_by as owner_id, moved_by_owner_key as owner_key from marts.fct_stage_visits
    where connection = $connection and list_contains($ids, moved_by) and moved_by_owner_key is not null"""
_NAMES = "select owner_key, owner_name from marts.dim_owners where list_contains($people, owner_key)"
_TABLES = "select table_name from duckdb_tables() where schema_name = 'marts'"
_PEOPLE = ("owner_key", "owner_key_at_gate", "owner_key_at_breach", "owner_key_now", "done_by", "given_by")
_MEANT = """
    select deal_key, deal_name from marts.dim_deals
    where deal_key = $key or deal_id = $key or deal_url = $key or lower(deal_name) = lower($key)
    order by deal_key <> $key, deal_key limit 6"""
_NEAR = """
    select deal_key, deal_name, greatest(
        jaro_winkler_similarity(deal_key, $key), jaro_winkler_similarity(deal_id, $key),
        coalesce(jaro_winkler_similarity(lower(deal_name), lower($key)), 0),
        case when $key <> '' and contains(lower(deal_name), lower($key)) then 1 else 0 end
    ) as likeness
    from marts.dim_deals
    order by likeness desc, deal_key limit 5"""


@dataclass(slots=True)
class DealRows:
    """What the warehouse holds about one deal; a part whose mart an older publication lacks is absent."""

    deal: Row
    parts: dict[str, list[Row]] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)
    """Ids of the CRM's users -> owners, as far as they own a deal or moved one."""
    names: dict[str, str] = field(default_factory=dict)
    """Owners -> their names."""


class NoSuchDeal(LookupError):
    """No deal is meant, or more than one; says which come near."""


@contextmanager
def _reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_external_access = false")
        yield connection


def read_deal(path: Path, key: str) -> DealRows:
    """All that is told of the deal that `key` means. Raises NoSuchDeal with what comes near."""
    with _reading(path) as db:
        deal = _meant(db, key.strip())
        found = DealRows(_rows(db, _DEAL, deal=deal)[0])
        there = {row["table_name"] for row in _rows(db, _TABLES)}
        for part, (table, query) in QUERIES.items():
            if table in there:
                found.parts[part] = _rows(db, query, **({"deal": deal} if "$deal" in query else {}))
        ids = sorted(_values(found, "moved_by", "done_by"))
        owning = _rows(db, _OWNING, connection=found.deal["connection"], ids=ids)
        if any("moved_by_owner_key" in row for row in found.parts.get("visits", ())):
            owning += _rows(db, _MOVING, connection=found.deal["connection"], ids=ids)
        found.actors = {row["owner_id"]: row["owner_key"] for row in owning}
        people = sorted(_values(found, *_PEOPLE) | set(found.actors.values()))
        found.names = {row["owner_key"]: row["owner_name"] for row in _rows(db, _NAMES, people=people)}
        return found


def _meant(db: duckdb.DuckDBPyConnection, key: str) -> str:
    meant = _rows(db, _MEANT, key=key)
    if len(meant) == 1 or (meant and meant[0]["deal_key"] == key):
        return str(meant[0]["deal_key"])
    if meant:
        raise NoSuchDeal(f"{key!r} may be several deals: {_listed(meant)}; give the key before the name")
    near = _rows(db, _NEAR, key=key)
    if not near:
        raise NoSuchDeal(f"No deal is called {key!r}: the published warehouse holds no deals at all")
    alike = [row for row in near if row["likeness"] >= ALIKE]
    hint = f"Near it are {_listed(alike)}" if alike else f"A deal's key looks like {near[0]['deal_key']}"
    raise NoSuchDeal(f"No deal has the key, id, name or link {key!r}. {hint}")


def _listed(deals: list[Row]) -> str:
    return ", ".join(f"{row['deal_key']} ({row['deal_name'] or 'without a name'})" for row in deals)


def _rows(db: duckdb.DuckDBPyConnection, sql: str, **given: Any) -> list[Row]:
    found = db.execute(sql, given or None)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _values(found: DealRows, *names: str) -> set[str]:
    rows = [found.deal, *(row for rows in found.parts.values() for row in rows)]
    return {row[name] for row in rows for name in names if row.get(name)}
