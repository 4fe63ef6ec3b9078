with training as (

    select * from {{ ref('int_forecast_training') }}

),

final as (

    select
        as_of_at,
        deal_type,
        segment,
        stage_key,
        age_bucket,
        sum(transitions) as at_risk
    from training
    group by as_of_at, deal_type, segment, stage_key, age_bucket

)

select * from final
