with states as (

    select * from {{ ref('int_forecast_states') }}
    where state_key = 'won' and is_move

),

deals as (

    select * from {{ ref('int_forecast_deals') }}

),

firsts as (

    select
        deal_key,
        min(entered_at) as won_at
    from states
    where is_dated
    group by deal_key

),

timed as (

    select
        deals.connection,
        deals.deal_key,
        deals.deal_type,
        deals.created_at,
        firsts.won_at,
        {{ seconds_between('deals.created_at', 'firsts.won_at') }} / 86400 as cycle_days
    from firsts
    inner join deals on firsts.deal_key = deals.deal_key

),

-- a deal that is won within days of its creation was entered afterwards: it tells nothing of a pipeline
final as (

    select
        timed.*,
        cycle_days <= {{ var('forecast_backfill_days') }} as is_backfilled,
        case when cycle_days <= {{ var('forecast_backfill_days') }} then won_at end as backfilled_won_at
    from timed

)

select * from final
