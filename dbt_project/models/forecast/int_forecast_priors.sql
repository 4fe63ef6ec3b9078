with modes as (

    select * from {{ ref('int_forecast_modes') }}
    where mode <> 'none'

),

chances as (

    select * from {{ ref('int_forecast_stage_chances') }}

),

open_deals as (

    select * from {{ ref('int_forecast_open_deals') }}

),

training as (

    select * from {{ ref('int_forecast_training') }}

),

means as (

    select
        as_of_at,
        deal_type,
        avg(definition_p) as probability
    from open_deals
    group by as_of_at, deal_type

),

-- every stage that a deal is, was or may come to be in
stages as (

    select
        as_of_at,
        deal_type,
        stage_key
    from open_deals
    where mode <> 'none'
    union
    select
        as_of_at,
        deal_type,
        stage_key
    from training
    union
    select
        as_of_at,
        deal_type,
        destination as stage_key
    from training
    where destination not in ('won', 'lost')
    union
    select
        modes.as_of_at,
        modes.deal_type,
        chances.stage_key
    from modes
    inner join chances
        on modes.as_of_at >= chances.in_force_from and modes.as_of_at < chances.in_force_to
    where modes.mode = 'stage_chain' and chances.position is not null

),

placed as (

    select
        stages.as_of_at,
        stages.deal_type,
        stages.stage_key,
        coalesce(chances.next_stage_key, 'won') as next_stage_key,
        case
            when modes.mode = 'single_state' then coalesce(means.probability, 0)
            when chances.next_probability > 0
                then least(cast(1 as double), chances.probability / chances.next_probability)
            else 0
        end as share_onward,
        1 - exp(-1 / cast({{ var('forecast_prior_steps') }} as double)) as leaving
    from stages
    inner join modes on stages.as_of_at = modes.as_of_at and stages.deal_type = modes.deal_type
    left join means on stages.as_of_at = means.as_of_at and stages.deal_type = means.deal_type
    left join chances
        on
            modes.mode = 'stage_chain'
            and stages.stage_key = chances.stage_key
            and stages.as_of_at >= chances.in_force_from
            and stages.as_of_at < chances.in_force_to

),

-- what the process itself promises: how likely a deal is to go on or be lost within a step
final as (

    select
        as_of_at,
        deal_type,
        stage_key,
        next_stage_key as destination,
        leaving * share_onward as prior
    from placed
    union all
    select
        as_of_at,
        deal_type,
        stage_key,
        'lost' as destination,
        leaving * (1 - share_onward) as prior
    from placed

)

select * from final
