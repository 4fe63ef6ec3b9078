with settings as (

    select
        settings.*,
        cast(ceil({{ var('forecast_outlook_days') }} / cast(settings.step_days as double)) as integer) as steps_later
    from {{ ref('int_forecast_settings') }} as settings

),

at_risk as (

    select
        training.deal_type,
        training.segment,
        training.stage_key,
        sum(training.at_risk) as weight
    from {{ ref('int_forecast_at_risk') }} as training
    inner join settings on training.as_of_at = settings.as_of
    group by training.deal_type, training.segment, training.stage_key

),

ultimate as (

    select
        deal_type,
        segment,
        stage_key,
        age_steps,
        sum(p_win) as p_win
    from {{ ref('int_forecast_long_curves') }}
    where purpose = 'now'
    group by deal_type, segment, stage_key, age_steps

),

-- segments count as often as their deals were seen in the stage
final as (

    select
        at_risk.deal_type,
        at_risk.stage_key,
        sum(case when ultimate.age_steps = 0 then at_risk.weight * ultimate.p_win end) / sum(
            case when ultimate.age_steps = 0 then at_risk.weight end
        ) as p_win_at_entry,
        sum(case when ultimate.age_steps = settings.steps_later then at_risk.weight * ultimate.p_win end) / sum(
            case when ultimate.age_steps = settings.steps_later then at_risk.weight end
        ) as p_win_after_a_month
    from at_risk
    inner join ultimate
        on
            at_risk.deal_type = ultimate.deal_type
            and at_risk.segment = ultimate.segment
            and at_risk.stage_key = ultimate.stage_key
    cross join settings
    group by at_risk.deal_type, at_risk.stage_key

)

select * from final
