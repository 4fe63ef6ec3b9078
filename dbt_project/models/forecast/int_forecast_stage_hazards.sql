with priors as (

    select * from {{ ref('int_forecast_priors') }}

),

training as (

    select * from {{ ref('int_forecast_training') }}

),

at_risk as (

    select
        as_of_at,
        deal_type,
        stage_key,
        sum(transitions) as at_risk
    from training
    group by as_of_at, deal_type, stage_key

),

seen_or_meant as (

    select
        as_of_at,
        deal_type,
        stage_key,
        destination,
        prior,
        0 as events
    from priors
    union all
    select
        as_of_at,
        deal_type,
        stage_key,
        destination,
        0 as prior,
        transitions as events
    from training
    where destination <> stage_key

),

destinations as (

    select
        as_of_at,
        deal_type,
        stage_key,
        destination,
        sum(prior) as prior,
        sum(events) as events
    from seen_or_meant
    group by as_of_at, deal_type, stage_key, destination

),

-- what happened in the stage, as if twenty deals more had done what the process promises
final as (

    select
        destinations.as_of_at,
        destinations.deal_type,
        destinations.stage_key,
        destinations.destination,
        destinations.prior as p_prior,
        (destinations.events + {{ var('forecast_prior_weight') }} * destinations.prior)
        / (coalesce(at_risk.at_risk, 0) + cast({{ var('forecast_prior_weight') }} as double)) as p_stage
    from destinations
    left join at_risk
        on
            destinations.as_of_at = at_risk.as_of_at
            and destinations.deal_type = at_risk.deal_type
            and destinations.stage_key = at_risk.stage_key

)

select * from final
