with moments as (

    select * from {{ ref('int_forecast_moments') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

states as (

    select * from {{ ref('int_forecast_states') }}
    where is_open

),

deals as (

    select * from {{ ref('int_forecast_deals') }}

),

-- where each open deal stood at each moment, by what was known just before it
final as (

    select
        moments.moment_at,
        moments.moment_day,
        moments.is_boundary,
        deals.connection,
        deals.crm,
        deals.deal_key,
        deals.deal_type,
        coalesce(states.pipeline_id, deals.pipeline_id) as pipeline_id,
        states.stage_id,
        states.told_stage_key,
        states.state_key as stage_key,
        states.is_dated,
        cast(
            floor({{ seconds_between('states.state_since', 'moments.moment_at') }} / (settings.step_days * 86400))
            as integer
        ) as steps_in_stage,
        cast(
            floor({{ seconds_between('case when states.turn_no = 1 then deals.created_at else states.open_since end',
                'moments.moment_at') }} / (settings.step_days * 86400))
            as integer
        ) as steps_open,
        cast(
            floor({{ seconds_between('deals.created_at', 'moments.moment_at') }} / (settings.step_days * 86400))
            as integer
        ) as deal_age_steps,
        deals.created_at,
        deals.currency,
        deals.history_source,
        deals.judged_at
    from states
    inner join moments
        on
            states.entered_at < moments.moment_at
            and coalesce(states.left_at, cast('9999-12-31' as timestamp)) >= moments.moment_at
    inner join deals on states.deal_key = deals.deal_key and deals.created_at < moments.moment_at
    cross join settings

)

select * from final
