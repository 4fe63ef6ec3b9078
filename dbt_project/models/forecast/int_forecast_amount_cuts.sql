with as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}

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

valued as (

    select
        as_ofs.as_of_at,
        deals.deal_type,
        {{ at_home(to_money('amounts.value'), 'deals.currency', 'settings.home_currency', 'rates.rate_to_home') }}
            as amount_home
    from as_ofs
    inner join deals on as_ofs.as_of_at > deals.created_at
    cross join settings
    inner join amounts
        on
            deals.deal_key = amounts.deal_key
            and as_ofs.as_of_at > amounts.valid_from
            and as_ofs.as_of_at <= amounts.valid_to
    left join rates
        on
            deals.currency = rates.currency
            and as_ofs.as_of_day >= rates.valid_from
            and as_ofs.as_of_day < coalesce(rates.valid_to, cast('9999-12-31' as date))

),

ranked as (

    select
        valued.*,
        row_number() over (partition by as_of_at, deal_type order by amount_home) as place,
        count(*) over (partition by as_of_at, deal_type) as deals
    from valued
    where amount_home > 0

),

-- ranks are whole numbers: the place of 33 in a hundred, rounded up
final as (

    select
        as_of_at,
        deal_type,
        max(case when (place - 1) * 100 < 33 * deals then amount_home end) as cut_33,
        max(case when (place - 1) * 100 < 66 * deals then amount_home end) as cut_66,
        max(case when (place - 1) * 100 < 90 * deals then amount_home end) as cut_90
    from ranked
    group by as_of_at, deal_type

)

select * from final
