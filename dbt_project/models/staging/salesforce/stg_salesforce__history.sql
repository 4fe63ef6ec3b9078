{{ config(materialized='table') }}

{# OpportunityHistory has a row at creation and at each change of stage, amount, close date or probability, and a row
   says not which. Rows of one second are in the order of their ids. Rows of a deleted deal are kept: they happened. #}
with history as (
    {{ salesforce_rows('opportunity_history', 'history_id') }}
),

parsed as (
    select
        connection,
        history_id,
        {{ map_value('fields', "'OpportunityId'") }} as deal_id,
        {{ map_value('fields', "'StageName'") }} as stage_id,
        {{ map_value('fields', "'FromOpportunityStageName'") }} as stage_id_before,
        {{ map_value('fields', "'Amount'") }} as amount,
        {{ map_value('fields', "'CloseDate'") }} as close_date,
        {{ map_value('fields', "'CreatedDate'") }} as changed_at_text,
        {{ to_utc(map_value('fields', "'CreatedDate'")) }} as changed_at,
        {{ map_value('fields', "'CreatedById'") }} as actor_id
    from history
),

deals as (
    select
        connection,
        deal_id,
        {{ to_utc('created_at_text') }} as created_at
    from {{ ref('stg_salesforce__deal_records') }}
),

ordered as (
    select
        parsed.*,
        row_number() over in_time as place,
        lag(parsed.stage_id) over in_time as previous_stage_id,
        lag(parsed.amount) over in_time as previous_amount,
        lag(parsed.close_date) over in_time as previous_close_date
    from parsed
    window in_time as (
        partition by parsed.connection, parsed.deal_id
        order by parsed.changed_at nulls last, parsed.history_id
    )
)

select
    ordered.*,
    ordered.place = 1 as is_first,
    {# Where older rows are gone, the first one that is left tells a state and not when it began. #}
    ordered.place = 1
    and coalesce(ordered.changed_at <= {{ add_seconds('deals.created_at', 60) }}, false) as is_creation,
    coalesce(users.actor_kind, 'unknown') as actor_kind
from ordered
left join deals
    on
        ordered.connection = deals.connection
        and ordered.deal_id = deals.deal_id
left join {{ ref('stg_salesforce__users') }} as users
    on
        ordered.connection = users.connection
        and substr(ordered.actor_id, 1, 15) = users.short_id
