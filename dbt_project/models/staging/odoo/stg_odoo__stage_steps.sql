{{ config(materialized='table') }}

{# A lead's walk as its tracked messages tell it: one row per message that moved, archived or restored it, with
   where it stood afterwards. Moves in one second follow their ids. Where a message says that the lead came from
   another stage than the one before brought it to (a change that was not tracked), `missed_stage_id` is that stage.
   #}
with messages as (
    select
        connection,
        deal_id,
        message_no,
        changed_at,
        author_partner_id,
        max(case when field_name = 'stage_id' then old_value end) as old_stage_id,
        max(case when field_name = 'stage_id' then new_value end) as new_stage_id,
        max(case when field_name = 'active' then new_value end) as new_active
    from {{ ref('stg_odoo__tracked_changes') }}
    where field_name in ('stage_id', 'active') and not is_inherited and changed_at is not null
    group by connection, deal_id, message_no, changed_at, author_partner_id
),

spans as (
    select
        *,
        row_number() over (partition by connection, deal_id order by changed_at, message_no) as step_no,
        count(new_stage_id) over (
            partition by connection, deal_id
            order by changed_at, message_no
            rows between unbounded preceding and current row
        ) as stage_span,
        count(new_active) over (
            partition by connection, deal_id
            order by changed_at, message_no
            rows between unbounded preceding and current row
        ) as active_span,
        count(new_active) over (partition by connection, deal_id) as active_spans
    from messages
),

standing as (
    select
        *,
        max(case when stage_span = 1 then old_stage_id end) over (partition by connection, deal_id) as first_stage_id,
        max(new_stage_id) over (partition by connection, deal_id, stage_span) as stage_then,
        max(new_active) over (partition by connection, deal_id, active_span) as active_then
    from spans
),

followed as (
    select
        *,
        lag(coalesce(stage_then, first_stage_id)) over (
            partition by connection, deal_id
            order by step_no
        ) as stage_before
    from standing
)

select
    followed.connection,
    followed.deal_id,
    followed.step_no,
    followed.changed_at,
    followed.author_partner_id,
    followed.first_stage_id,
    followed.stage_then is not null as has_moved,
    coalesce(followed.stage_then, followed.first_stage_id, records.native_stage_id) as native_stage_id,
    case
        when followed.old_stage_id <> coalesce(followed.stage_before, followed.first_stage_id)
            then followed.old_stage_id
    end as missed_stage_id,
    {# The last archiving of a lead that is archived and not lost was a putting away. #}
    coalesce(followed.active_then = '0', false)
    and (followed.active_span < followed.active_spans or records.is_lost or not records.is_archived) as is_lost
from followed
inner join {{ ref('stg_odoo__deal_records') }} as records
    on
        followed.connection = records.connection
        and followed.deal_id = records.deal_id
