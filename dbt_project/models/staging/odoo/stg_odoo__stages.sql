{# Losing is no stage in Odoo: each pipeline gets one more, which deals enter when they are archived as lost. #}
with stages as (
    select * from {{ ref('stg_odoo__stage_records') }}
),

teams as (
    select
        connection,
        id as team_id,
        {{ parse_json('payload', {'name': 'text'}) }} as payload
    from ({{ latest_records(source('lake', 'odoo__teams')) }}) as latest
),

listed as (
    select
        connection,
        pipeline_id,
        stage_id,
        stage_name,
        display_order_text,
        is_won as is_closed,
        is_won,
        false as is_outcome
    from stages
    union all
    select distinct
        connection,
        pipeline_id,
        'lost' as stage_id,
        'Lost' as stage_name,
        cast(null as {{ dbt.type_string() }}) as display_order_text,
        true as is_closed,
        false as is_won,
        true as is_outcome
    from stages
)

select
    listed.connection,
    listed.pipeline_id,
    case
        when listed.pipeline_id = 'default' then 'All sales teams'
        else coalesce(teams.payload.name, 'Team ' || listed.pipeline_id)
    end as pipeline_name,
    listed.stage_id,
    listed.stage_name,
    listed.display_order_text,
    {{ to_count('listed.display_order_text') }} as display_order,
    cast(null as {{ dbt.type_string() }}) as probability_text,
    cast(null as double) as probability,
    listed.is_closed,
    listed.is_won,
    listed.is_outcome
from listed
left join teams
    on
        listed.connection = teams.connection
        and listed.pipeline_id = teams.team_id
