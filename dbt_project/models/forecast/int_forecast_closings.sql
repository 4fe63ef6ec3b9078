with states as (

    select * from {{ ref('int_forecast_states') }}

),

deals as (

    select * from {{ ref('int_forecast_deals') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

amounts as (

    select * from {{ ref('int_forecast_values') }}
    where field = 'amount'

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

moves as (

    select
        states.*,
        coalesce(
            lead(states.entered_at) over (partition by states.deal_key order by states.place),
            cast('9999-12-31' as timestamp)
        ) as until_at
    from states
    where states.is_move

),

-- every time a deal was won or lost, and for how long that stood; the amount is that moment's at its day's rate
final as (

    select
        deals.connection,
        deals.crm,
        deals.deal_key,
        deals.deal_type,
        deals.created_at,
        moves.state_key as closed_as,
        moves.entered_at as closed_at,
        moves.until_at,
        moves.is_dated,
        {{ at_home(to_money('amounts.value'), 'deals.currency', 'settings.home_currency', 'rates.rate_to_home') }}
            as final_amount_home,
        {{ seconds_between('deals.created_at', 'moves.entered_at') }} / 86400 as cycle_days
    from moves
    inner join deals on moves.deal_key = deals.deal_key
    cross join settings
    left join amounts
        on
            moves.deal_key = amounts.deal_key
            and moves.entered_at > amounts.valid_from
            and moves.entered_at <= amounts.valid_to
    left join rates
        on
            deals.currency = rates.currency
            and {{ local_date('moves.entered_at', 'settings.time_zone') }} >= rates.valid_from
            and {{ local_date('moves.entered_at', 'settings.time_zone') }}
            < coalesce(rates.valid_to, cast('9999-12-31' as date))
    where not moves.is_open

)

select * from final
