with training as (

    select * from {{ ref('int_forecast_training') }}

),

pooled as (

    select * from {{ ref('int_forecast_pooled_hazards') }}

),

at_risk as (

    select * from {{ ref('int_forecast_at_risk') }}

),

observed as (

    select
        as_of_at,
        deal_type,
        segment,
        stage_key,
        destination,
        sum(transitions) as events
    from training
    group by as_of_at, deal_type, segment, stage_key, destination

),

expected as (

    select
        at_risk.as_of_at,
        at_risk.deal_type,
        at_risk.segment,
        at_risk.stage_key,
        pooled.destination,
        sum(at_risk.at_risk * pooled.p_pooled) as expected
    from at_risk
    inner join pooled
        on
            at_risk.as_of_at = pooled.as_of_at
            and at_risk.deal_type = pooled.deal_type
            and at_risk.stage_key = pooled.stage_key
            and at_risk.age_bucket = pooled.age_bucket
    group by at_risk.as_of_at, at_risk.deal_type, at_risk.segment, at_risk.stage_key, pooled.destination

),

-- what a segment did for what was to be expected of it, as if both had been so a few times more
final as (

    select
        expected.as_of_at,
        expected.deal_type,
        expected.segment,
        expected.stage_key,
        expected.destination,
        (coalesce(observed.events, 0) + {{ var('forecast_segment_weight') }})
        / (expected.expected + {{ var('forecast_segment_weight') }}) as oe_ratio
    from expected
    left join observed
        on
            expected.as_of_at = observed.as_of_at
            and expected.deal_type = observed.deal_type
            and expected.segment = observed.segment
            and expected.stage_key = observed.stage_key
            and expected.destination = observed.destination

)

select * from final
