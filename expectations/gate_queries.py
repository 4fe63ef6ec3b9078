"""What the gate looks at, as SQL over the night's build file: few columns, yes-or-no where SQL knows best.

Only queries belong here; which answer is a fault is said in gate.py.
"""

from __future__ import annotations

TABLES = ("deals", "stage_changes", "field_changes", "activities", "deal_contacts", "documents")
"""The canonical tables, deals first, and their keys below."""

KEYS = {
    "deals": "deal_key",
    "stage_changes": "deal_key, change_id",
    "field_changes": "deal_key, change_id, field",
    "activities": "deal_key, kind, activity_id",
    "deal_contacts": "deal_key, contact_id, role_or_none",
    "documents": "deal_key, kind, document_id",
}

FEW, MOST = 3, 0.9
"""More than so many rows, and more than this share, are of no deal: then the ids of two objects do not fit."""


def _table(name: str) -> str:
    key = KEYS[name]
    source = f"canonical.int_{name}"
    if name == "deal_contacts":  # a contact may stand on a deal in two roles, or in none
        source = f"(select *, coalesce(role, '') as role_or_none from {source})"
    live = "count(*) filter (not is_deleted)" if name == "deals" else "count(*)"
    present = " and ".join(f"{column} is not null" for column in key.split(", "))
    return f"""
    select connection, '{name}' as table_name, count(*) as all_rows, {live} as live_rows,
        count(*) filter ({present}) as keyed_rows, count(distinct ({key})) filter ({present}) as keys,
        count(*) filter (deal_key not in (select deal_key from canonical.int_deals)) as strays
    from {source} group by connection"""


QUERIES: dict[str, str] = {
    "tables": f"""
with counted as ({" union all ".join(_table(name) for name in TABLES)}),
wanted as (
    select connections.connection, connections.state, tables.table_name
    from reference.connections cross join (select unnest({list(TABLES)!r}) as table_name) as tables
),
told as (
    select wanted.*, counted.* exclude (connection, table_name),
        case
            when wanted.state = 'backfilling' or coalesce(strays, 0) = 0 then 'none'
            when strays > {FEW} and strays > {MOST} * all_rows then 'most' else 'some'
        end as stray
    from wanted left join counted
        on wanted.connection = counted.connection and wanted.table_name = counted.table_name
)
select connection, state, table_name, coalesce(live_rows, 0) as live_rows,
    coalesce(keyed_rows = all_rows, true) as keys_present, coalesce(keys = keyed_rows, true) as keys_unique,
    stray <> 'some' as deals_known, stray <> 'most' as most_deals_known
from told
order by connection, table_name""",
    "deals": """
with latest as (
    select deal_key, max(entered_at) as entered_at from canonical.int_stage_changes
    where source <> 'inferred' group by deal_key
),
ended as (
    select changes.deal_key, list(distinct changes.stage_id) as stage_ids
    from canonical.int_stage_changes as changes
    inner join latest on changes.deal_key = latest.deal_key and changes.entered_at = latest.entered_at
    where changes.source <> 'inferred'
    group by changes.deal_key
)
select deals.connection, deals.deal_key, cast(deals.amount as double) as amount,
    deals.pipeline_id is not null as has_pipeline,
    deals.pipeline_id is null or coalesce(deals.stage_key, 'unmapped') <> 'unmapped' as stage_known,
    coalesce(deals.created_at between timestamp '1990-01-01' and runs.judged_at + interval 1 day, false)
        as created_sane,
    coalesce(deals.close_date between date '1990-01-01' and cast(runs.judged_at as date) + interval 10 year, true)
        as close_date_sane,
    coalesce(list_contains(ended.stage_ids, deals.stage_id), true) as history_matches
from canonical.int_deals as deals
inner join (
    select connection, coalesce(judged_at, as_of) as judged_at
    from reference.connections cross join (select as_of from reference.settings)
) as runs on deals.connection = runs.connection
left join ended on deals.deal_key = ended.deal_key
where not deals.is_deleted and deals.merged_into is null""",
    "stages": """
select connection, pipeline_id || '/' || stage_id as stage, probability from canonical.int_crm_stages""",
}
