with training as (

    select * from {{ ref('int_forecast_training') }}

),

open_deals as (

    select * from {{ ref('int_forecast_open_deals') }}
    where mode <> 'none'

),

pooled as (

    select * from {{ ref('int_forecast_pooled_hazards') }}

),

ratios as (

    select * from {{ ref('int_forecast_segment_ratios') }}

),

segments as (

    select
        as_of_at,
        deal_type,
        segment
    from training
    union
    select
        as_of_at,
        deal_type,
        segment
    from open_deals

),

at_risk as (

    select * from {{ ref('int_forecast_at_risk') }}

),

raw as (

    select
        segments.as_of_at,
        segments.deal_type,
        segments.segment,
        pooled.stage_key,
        pooled.age_bucket,
        pooled.destination,
        pooled.p_prior,
        pooled.p_pooled,
        coalesce(ratios.oe_ratio, 1) as oe_ratio,
        pooled.p_pooled * coalesce(ratios.oe_ratio, 1) as p,
        sum(pooled.p_pooled * coalesce(ratios.oe_ratio, 1)) over (
            partition by
                segments.as_of_at, segments.deal_type, segments.segment, pooled.stage_key, pooled.age_bucket
        ) as leaving
    from segments
    inner join pooled on segments.as_of_at = pooled.as_of_at and segments.deal_type = pooled.deal_type
    left join ratios
        on
            segments.as_of_at = ratios.as_of_at
            and segments.deal_type = ratios.deal_type
            and segments.segment = ratios.segment
            and pooled.stage_key = ratios.stage_key
            and pooled.destination = ratios.destination

),

final as (

    select
        raw.as_of_at,
        raw.deal_type,
        raw.segment,
        raw.stage_key,
        raw.age_bucket,
        raw.destination,
        cast(coalesce(at_risk.at_risk, 0) as integer) as at_risk,
        cast(coalesce(training.transitions, 0) as integer) as events,
        raw.p_prior,
        raw.p_pooled,
        raw.oe_ratio,
        case
            when raw.leaving > {{ var('forecast_leave_cap') }}
                then raw.p * {{ var('forecast_leave_cap') }} / raw.leaving
            else raw.p
        end as p
    from raw
    left join at_risk
        on
            raw.as_of_at = at_risk.as_of_at
            and raw.deal_type = at_risk.deal_type
            and raw.segment = at_risk.segment
            and raw.stage_key = at_risk.stage_key
            and raw.age_bucket = at_risk.age_bucket
    left join training
        on
            raw.as_of_at = training.as_of_at
            and raw.deal_type = training.deal_type
            and raw.segment = training.segment
            and raw.stage_key = training.stage_key
            and raw.age_bucket = training.age_bucket
            and raw.destination = training.destination

)

select * from final
