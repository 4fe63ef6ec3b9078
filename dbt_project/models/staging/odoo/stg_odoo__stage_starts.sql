{{ config(materialized='table') }}

{# Odoo tracks no creation: a lead began in the stage that its first tracked move left or, without one, in the stage
   of its first version. That is dated by the creation where nothing can have happened in between: the message of
   its creation is still there (nobody purged the history), and without moves its stage didn't change since. #}
with moves as (
    select
        connection,
        deal_id,
        max(first_stage_id) as first_stage_id,
        max(case when has_moved then 1 else 0 end) = 1 as has_moved
    from {{ ref('stg_odoo__stage_steps') }}
    group by connection, deal_id
),

first_messages as (
    select
        connection,
        first_deal_id as deal_id,
        min({{ to_utc('occurred_at_text') }}) as first_message_at
    from {{ ref('stg_odoo__message_records') }}
    group by connection, first_deal_id
),

readable as (
    select distinct connection from first_messages
),

starts as (
    select
        versions.connection,
        versions.deal_id,
        case
            -- where a purge took what the first move left is lost, and where the lead stands now says nothing of it
            when coalesce(moves.has_moved, false) then moves.first_stage_id
            else versions.native_stage_id
        end as native_stage_id,
        versions.created_at,
        versions.stage_changed_at,
        moves.first_stage_id is not null as is_tracked,
        {{ odoo_id(map_value('versions.properties', "'create_uid'")) }} as creator_id,
        readable.connection is null
        or coalesce(
            first_messages.first_message_at <= {{ add_seconds('versions.created_at', 60) }}, false
        ) as has_beginning,
        coalesce(versions.stage_changed_at <= {{ add_seconds('versions.created_at', 60) }}, false) as never_moved
    from {{ ref('stg_odoo__lead_versions') }} as versions
    left join moves
        on
            versions.connection = moves.connection
            and versions.deal_id = moves.deal_id
    left join first_messages
        on
            versions.connection = first_messages.connection
            and versions.deal_id = first_messages.deal_id
    left join readable
        on versions.connection = readable.connection
    where versions.version_no = 1
)

select
    connection,
    deal_id,
    native_stage_id,
    creator_id,
    is_tracked,
    case when is_tracked or never_moved then created_at else coalesce(stage_changed_at, created_at) end as entered_at,
    case when (is_tracked and has_beginning) or never_moved then 'inferred' else 'snapshot' end as source,
    case when (is_tracked and has_beginning) or never_moved then 'second' else 'order' end as precision
from starts
