with as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}

),

sightings as (

    select * from {{ ref('int_forecast_sightings') }}

),

modes as (

    select * from {{ ref('int_forecast_modes') }}

),

cuts as (

    select * from {{ ref('int_forecast_amount_cuts') }}

),

closings as (

    select
        closings.*,
        lag(closings.closed_at) over (partition by closings.deal_key order by closings.closed_at) as closed_before_at
    from {{ ref('int_forecast_closings') }} as closings

),

ratios as (

    select * from {{ ref('int_forecast_amount_ratios') }}

),

staged as (

    select
        as_ofs.as_of_at,
        as_ofs.purpose,
        sightings.*,
        modes.mode,
        sightings.stage_key as told_stage_key,
        case when modes.mode = 'single_state' then 'open' else sightings.stage_key end as chain_stage_key,
        case when modes.mode = 'single_state' then sightings.steps_open else sightings.steps_in_stage end as chain_steps
    from as_ofs
    inner join sightings on as_ofs.as_of_at = sightings.moment_at
    inner join modes on as_ofs.as_of_at = modes.as_of_at and sightings.deal_type = modes.deal_type

),

-- the last three columns lie in the future of as_of_at: they judge a forecast and never make one
final as (

    select
        staged.as_of_at,
        staged.purpose,
        staged.connection,
        staged.crm,
        staged.deal_key,
        staged.deal_type,
        staged.pipeline_id,
        staged.chain_stage_key as stage_key,
        staged.told_stage_key,
        staged.chain_steps as steps_in_stage,
        case when staged.chain_steps > {{ oldest_age() }} then {{ oldest_age() }} else staged.chain_steps end
            as age_steps,
        staged.amount_home,
        staged.is_amount_assumed,
        staged.close_date,
        staged.owner_key,
        staged.team,
        staged.user_segment,
        {{ amount_band('staged.amount_home', 'cuts') }} as amount_band,
        {{ chain_segment('staged.user_segment', 'staged.amount_home', 'cuts') }} as segment,
        staged.definition_p,
        staged.created_at,
        staged.judged_at,
        staged.mode,
        coalesce(ratios.amount_ratio, 1) as amount_ratio,
        closings.closed_as,
        closings.closed_at,
        closings.final_amount_home
    from staged
    left join cuts on staged.as_of_at = cuts.as_of_at and staged.deal_type = cuts.deal_type
    left join ratios
        on
            staged.as_of_at = ratios.as_of_at
            and staged.deal_type = ratios.deal_type
            and staged.chain_stage_key = ratios.stage_key
    left join closings
        on
            staged.deal_key = closings.deal_key
            and staged.as_of_at <= closings.closed_at
            and staged.as_of_at > coalesce(closings.closed_before_at, cast('0001-01-01' as timestamp))

)

select * from final
