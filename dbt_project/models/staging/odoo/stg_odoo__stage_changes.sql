{# The walk: where the lead began, what the tracking tells, and what only its versions show. Losing is shown as a
   stage of its own. Entries of one second are told apart by thousandths, in the order of their ids. #}
{% set nobody = 'cast(null as ' ~ dbt.type_string() ~ ')' %}

with entries as (
    select
        connection, deal_id, native_stage_id, false as is_lost, entered_at, 0 as kind_order, 0 as place, source,
        precision, creator_id as user_id, {{ nobody }} as partner_id
    from {{ ref('stg_odoo__stage_starts') }}
    where native_stage_id is not null
    union all
    select
        connection, deal_id, missed_stage_id as native_stage_id, false as is_lost, changed_at as entered_at,
        1 as kind_order, 2 * step_no - 1 as place, 'inferred' as source, 'order' as precision, {{ nobody }} as user_id,
        {{ nobody }} as partner_id
    from {{ ref('stg_odoo__stage_steps') }}
    where missed_stage_id is not null
    union all
    select
        connection, deal_id, native_stage_id, is_lost, changed_at as entered_at, 1 as kind_order, 2 * step_no as place,
        'history' as source, 'second' as precision, {{ nobody }} as user_id, author_partner_id as partner_id
    from {{ ref('stg_odoo__stage_steps') }}
    where native_stage_id is not null
    union all
    select
        connection, deal_id, native_stage_id, is_lost, entered_at, 2 as kind_order, version_no as place,
        'snapshot' as source, precision, {{ nobody }} as user_id, {{ nobody }} as partner_id
    from {{ ref('stg_odoo__stage_snapshots') }}
),

shown as (
    select
        *,
        case when is_lost then 'lost' else native_stage_id end as stage_id,
        lag(case when is_lost then 'lost' else native_stage_id end) over (
            partition by connection, deal_id
            order by entered_at, kind_order, place
        ) as stage_before
    from entries
),

numbered as (
    select
        *,
        row_number() over (partition by connection, deal_id order by entered_at, kind_order, place) as entry_no,
        row_number() over (partition by connection, deal_id, entered_at order by kind_order, place) as place_in_second
    from shown
    where stage_before is null or stage_before <> stage_id
),

pipelines as (
    select
        connection,
        stage_id,
        min(pipeline_id) as pipeline_id
    from {{ ref('stg_odoo__stages') }}
    where not is_outcome
    group by connection, stage_id
)

select
    numbered.connection,
    numbered.deal_id,
    numbered.deal_id || ':stage:' || cast(numbered.entered_at as {{ dbt.type_string() }}) || ':'
    || lpad(cast(numbered.entry_no as {{ dbt.type_string() }}), 4, '0') as change_id,
    coalesce(pipelines.pipeline_id, 'default') as pipeline_id,
    numbered.stage_id,
    {{ add_seconds('numbered.entered_at', '0.001 * (numbered.place_in_second - 1)') }} as entered_at,
    numbered.entered_at as recorded_at,
    numbered.source,
    numbered.precision,
    coalesce(users.user_id, numbered.user_id) as actor_id,
    coalesce(users.actor_kind, creators.actor_kind, 'unknown') as actor_kind
from numbered
left join pipelines
    on
        numbered.connection = pipelines.connection
        and numbered.native_stage_id = pipelines.stage_id
left join {{ ref('stg_odoo__users') }} as users
    on
        numbered.connection = users.connection
        and numbered.partner_id = users.partner_id
left join {{ ref('stg_odoo__users') }} as creators
    on
        numbered.connection = creators.connection
        and numbered.user_id = creators.user_id
