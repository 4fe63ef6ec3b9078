with stage_level as (

    select * from {{ ref('int_forecast_stage_hazards') }}

),

training as (

    select * from {{ ref('int_forecast_training') }}

),

buckets as (

    select distinct {{ age_bucket('age_no - 1') }} as age_bucket
    from (select {{ unnest_range(oldest_age() + 1, 'age_no') }}) as ages

),

at_risk as (

    select
        as_of_at,
        deal_type,
        stage_key,
        age_bucket,
        sum(transitions) as at_risk
    from training
    group by as_of_at, deal_type, stage_key, age_bucket

),

events as (

    select
        as_of_at,
        deal_type,
        stage_key,
        age_bucket,
        destination,
        sum(transitions) as events
    from training
    group by as_of_at, deal_type, stage_key, age_bucket, destination

),

-- a stage leans on the process, an age of it on the stage
final as (

    select
        stage_level.as_of_at,
        stage_level.deal_type,
        stage_level.stage_key,
        buckets.age_bucket,
        stage_level.destination,
        stage_level.p_prior,
        (coalesce(events.events, 0) + {{ var('forecast_age_weight') }} * stage_level.p_stage)
        / (coalesce(at_risk.at_risk, 0) + cast({{ var('forecast_age_weight') }} as double)) as p_pooled
    from stage_level
    cross join buckets
    left join at_risk
        on
            stage_level.as_of_at = at_risk.as_of_at
            and stage_level.deal_type = at_risk.deal_type
            and stage_level.stage_key = at_risk.stage_key
            and buckets.age_bucket = at_risk.age_bucket
    left join events
        on
            stage_level.as_of_at = events.as_of_at
            and stage_level.deal_type = events.deal_type
            and stage_level.stage_key = events.stage_key
            and buckets.age_bucket = events.age_bucket
            and stage_level.destination = events.destination

)

select * from final
