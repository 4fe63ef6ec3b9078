with as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}

),

modes as (

    select * from {{ ref('int_forecast_modes') }}
    where mode <> 'none'

),

closings as (

    select * from {{ ref('int_forecast_closings') }}
    where closed_as = 'won'

),

transitions as (

    select * from {{ ref('int_forecast_transitions') }}
    where amount_home > 0

),

seen as (

    select
        as_ofs.as_of_at,
        closings.deal_key,
        closings.deal_type,
        closings.final_amount_home,
        transitions.amount_home,
        transitions.boundary_at,
        case when modes.mode = 'single_state' then 'open' else transitions.stage_key end as stage_key
    from as_ofs
    inner join closings on as_ofs.as_of_at > closings.closed_at and as_ofs.as_of_at <= closings.until_at
    inner join modes on as_ofs.as_of_at = modes.as_of_at and closings.deal_type = modes.deal_type
    inner join transitions
        on
            closings.deal_key = transitions.deal_key
            and closings.closed_at > transitions.boundary_at
            and as_ofs.as_of_at >= transitions.next_boundary_at
    where transitions.backfilled_won_at is null

),

ranked as (

    select
        seen.*,
        row_number() over (partition by as_of_at, deal_key, stage_key order by boundary_at desc) as place
    from seen

),

summed as (

    select
        as_of_at,
        deal_type,
        stage_key,
        cast(sum(amount_home) as double) as seen_amount,
        cast(sum(coalesce(final_amount_home, 0)) as double) as final_amount,
        cast(sum(amount_home) as double) / count(*) as mean_amount
    from ranked
    where place = 1
    group by as_of_at, deal_type, stage_key

),

-- what deals were worth in the end for what they seemed worth in the stage, as if twenty more had kept their amount
final as (

    select
        as_of_at,
        deal_type,
        stage_key,
        (final_amount + {{ var('forecast_amount_weight') }} * mean_amount)
        / (seen_amount + {{ var('forecast_amount_weight') }} * mean_amount) as amount_ratio
    from summed

)

select * from final
