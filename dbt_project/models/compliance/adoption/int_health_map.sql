{#- Mapped stages are missed where so many deals moved in their pipeline. -#}
{%- set back = 'cast(-86400 as bigint) * ' ~ var('baseline_days', 365) -%}
{%- set fewest = var('health_min_deals', 30) -%}
with settings as (

    select * from {{ source('reference', 'settings') }}

),

stays as (

    select stays.*
    from {{ ref('int_visits') }} as stays
    inner join {{ ref('int_judged_deals') }} as deals on stays.deal_key = deals.deal_key
    cross join settings
    where deals.is_judged and stays.entered_at >= {{ add_seconds('settings.as_of', back) }}

),

unmapped as (

    select
        connection,
        stage_id,
        count(distinct deal_key) as deals
    from stays
    where stage_key = 'unmapped'
    group by connection, stage_id

),

entered as (

    select
        changes.connection,
        changes.pipeline_id,
        changes.stage_id,
        count(distinct changes.deal_key) as deals
    from {{ ref('int_stage_changes') }} as changes
    cross join settings
    where changes.entered_at >= {{ add_seconds('settings.as_of', back) }}
    group by changes.connection, changes.pipeline_id, changes.stage_id

),

busy as (

    select
        connection,
        pipeline_id,
        max(deals) as deals
    from entered
    group by connection, pipeline_id

),

-- won and lost may be no stages of the CRM at all
mapped as (

    select * from {{ source('reference', 'stage_map') }}
    where stage_key not in ('won', 'lost')

),

crm_stages as (

    select * from {{ ref('int_crm_stages') }}

),

listed as (

    select distinct
        connection,
        pipeline_id
    from crm_stages

),

final as (

    select
        'stage_unmapped' as kind,
        connection,
        cast(null as {{ dbt.type_string() }}) as stage_key,
        coalesce(stage_id, '?') as crm_stage,
        coalesce(stage_id, '?') as crm_stage_name,
        deals
    from unmapped

    union all

    select
        case when crm_stages.stage_id is null then 'stage_vanished' else 'stage_not_entered' end as kind,
        mapped.connection,
        mapped.stage_key,
        mapped.pipeline_id || '/' || mapped.stage_id as crm_stage,
        coalesce(crm_stages.stage_name, mapped.stage_id) as crm_stage_name,
        busy.deals
    from mapped
    inner join listed on mapped.connection = listed.connection and mapped.pipeline_id = listed.pipeline_id
    left join crm_stages
        on
            mapped.connection = crm_stages.connection
            and mapped.pipeline_id = crm_stages.pipeline_id
            and mapped.stage_id = crm_stages.stage_id
    left join busy on mapped.connection = busy.connection and mapped.pipeline_id = busy.pipeline_id
    left join entered
        on
            mapped.connection = entered.connection
            and mapped.pipeline_id = entered.pipeline_id
            and mapped.stage_id = entered.stage_id
    where crm_stages.stage_id is null or (entered.stage_id is null and busy.deals >= {{ fewest }})

)

select * from final
