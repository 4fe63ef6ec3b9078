{# A lead that became an opportunity is a deal since then, not since somebody wrote it down: its time as a lead is spent
   in no stage. One that was moved before it was converted walked as a lead already, and began with its creation. #}
with conversions as (
    select
        connection,
        deal_id,
        max(case when field_name = 'type' then changed_at end) as converted_at,
        min(case when field_name in ('stage_id', 'active') then changed_at end) as first_moved_at
    from {{ ref('stg_odoo__tracked_changes') }}
    where not is_inherited
    group by connection, deal_id
)

select
    connection,
    deal_id,
    converted_at
from conversions
where converted_at <= coalesce(first_moved_at, converted_at)
