with hazards as (

    select * from {{ ref('int_forecast_hazards') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

final as (

    select
        {{ surrogate_key([
            'hazards.deal_type', 'hazards.segment', 'hazards.stage_key', 'hazards.age_bucket', 'hazards.destination'
        ]) }} as hazard_id,
        settings.as_of_day as as_of_date,
        hazards.deal_type,
        hazards.segment,
        hazards.stage_key,
        hazards.age_bucket,
        hazards.destination,
        settings.step_days,
        hazards.at_risk,
        hazards.events,
        hazards.p_prior,
        hazards.p_pooled,
        hazards.oe_ratio,
        hazards.p,
        settings.as_of
    from hazards
    inner join settings on hazards.as_of_at = settings.as_of

)

select * from final
