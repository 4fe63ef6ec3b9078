{#- What was won is the forecast's own: one figure of a period, whoever asks. -#}
with settings as (

    select * from {{ source('reference', 'settings') }}

),

bookings as (

    select * from {{ ref('int_forecast_bookings') }}

),

deals as (

    select * from {{ ref('int_pipeline_deals') }}
    where is_open and close_date is not null

),

amounts as (

    select
        bookings.deal_type,
        bookings.owner_key,
        bookings.team,
        bookings.won_day as day,
        bookings.amount_home as booked,
        cast(0 as decimal(18, 2)) as open_amount,
        cast(0 as decimal(18, 2)) as weighted_amount,
        0 as open_deals
    from bookings
    inner join settings on bookings.won_at < settings.as_of and bookings.until_at >= settings.as_of

    union all

    select
        deal_type,
        owner_key,
        team,
        close_date as day,
        cast(0 as decimal(18, 2)) as booked,
        amount_home as open_amount,
        {{ times('amount_home', 'cast(probability as decimal(9, 6))') }} as weighted_amount,
        1 as open_deals
    from deals

),

levelled as (

    {{ at_levels('amounts', ['company', 'team', 'owner']) }}

),

placed as (

    {% for grain in ['month', 'fiscal_quarter'] %}
        select
            levelled.*,
            '{{ grain }}' as period_grain,
            {% if grain == 'month' %}
                cast(date_trunc('month', day) as date) as period_start
            {% else %}
                {{ fiscal_quarter_start('day', 'settings.fiscal_year_start_month') }} as period_start
            {% endif %}
        from levelled
        cross join settings

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

final as (

    select
        level,
        level_id,
        deal_type,
        period_grain,
        period_start,
        cast(sum(booked) as decimal(18, 2)) as booked,
        cast(sum(open_amount) as decimal(18, 2)) as open_amount,
        cast(sum(weighted_amount) as decimal(18, 2)) as weighted_amount,
        cast(sum(open_deals) as integer) as open_deals
    from placed
    group by level, level_id, deal_type, period_grain, period_start

)

select * from final
