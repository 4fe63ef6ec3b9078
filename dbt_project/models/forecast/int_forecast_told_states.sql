with deals as (

    select * from {{ ref('int_forecast_deals') }}

),

changes as (

    select * from {{ ref('int_stage_changes') }}

),

crm_stages as (

    select * from {{ ref('int_crm_stages') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- a date without a time is a day of the company; a stage that nobody mapped is won or lost if the CRM itself says so
told as (

    select
        changes.deal_key,
        changes.change_id,
        changes.pipeline_id,
        changes.stage_id,
        changes.stage_key,
        case
            when coalesce(changes.stage_key, 'unmapped') <> 'unmapped' then changes.stage_key
            when crm_stages.is_won then 'won'
            when crm_stages.is_closed then 'lost'
            else 'unmapped'
        end as state_key,
        coalesce(calendar.day_start_utc, changes.entered_at) as entered_at,
        changes.precision <> 'order' as is_dated,
        deals.history_source
    from changes
    inner join deals on changes.deal_key = deals.deal_key
    left join crm_stages
        on
            changes.connection = crm_stages.connection
            and changes.pipeline_id = crm_stages.pipeline_id
            and changes.stage_id = crm_stages.stage_id
    left join calendar on changes.precision = 'day' and cast(changes.entered_at as date) = calendar.day

),

-- without any dated change a deal is open from its creation to its closing, and of its stages only the present is known
bare as (

    select
        deals.deal_key,
        'created' as change_id,
        deals.pipeline_id,
        cast(null as {{ dbt.type_string() }}) as stage_id,
        cast(null as {{ dbt.type_string() }}) as stage_key,
        'open' as state_key,
        deals.created_at as entered_at,
        true as is_dated
    from deals
    where deals.history_source = 'created_closed'
    union all
    select
        deals.deal_key,
        'closed' as change_id,
        deals.pipeline_id,
        cast(null as {{ dbt.type_string() }}) as stage_id,
        cast(null as {{ dbt.type_string() }}) as stage_key,
        case when deals.is_won then 'won' else 'lost' end as state_key,
        greatest(coalesce(deals.closed_at, told.entered_at, deals.judged_at), deals.created_at) as entered_at,
        deals.closed_at is not null as is_dated
    from deals
    left join told on deals.deal_key = told.deal_key
    where deals.history_source = 'created_closed' and (deals.is_won or deals.is_lost)
    union all
    select
        deal_key,
        change_id,
        pipeline_id,
        stage_id,
        stage_key,
        'open' as state_key,
        entered_at,
        true as is_dated
    from told
    where history_source = 'created_closed' and state_key not in ('won', 'lost')

),

final as (

    select
        deal_key,
        change_id,
        pipeline_id,
        stage_id,
        stage_key,
        state_key,
        entered_at,
        is_dated
    from told
    where history_source <> 'created_closed' and entered_at is not null
    union all
    select * from bare

)

select * from final
