with bookings as (

    select * from {{ ref('int_forecast_new_bookings') }}

),

levels as (

    {{ forecast_levels() }}

),

-- a deal brings its part of the mean in cents, so that every level of a sum agrees with the others
deals as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        deal_key,
        connection,
        pipeline_id,
        owner_key,
        team,
        user_segment,
        cast(round(cast(sum(amount_home) as double) / max(windows), 2) as decimal(18, 2)) as expected_new
    from bookings
    group by
        as_of_at, deal_type, period_grain, period_start, deal_key, connection, pipeline_id, owner_key, team,
        user_segment

),

means as (

    select
        deals.as_of_at,
        deals.deal_type,
        deals.period_grain,
        deals.period_start,
        levels.level,
        {{ level_id('levels.level', 'deals') }} as level_id,
        sum(deals.expected_new) as expected_new
    from deals
    cross join levels
    group by
        deals.as_of_at, deals.deal_type, deals.period_grain, deals.period_start, levels.level,
        {{ level_id('levels.level', 'deals') }}

),

sums as (

    select
        bookings.as_of_at,
        bookings.deal_type,
        bookings.period_grain,
        bookings.period_start,
        levels.level,
        {{ level_id('levels.level', 'bookings') }} as level_id,
        bookings.window_no,
        max(bookings.windows) as windows,
        cast(sum(bookings.amount_home) as double) as amount
    from bookings
    cross join levels
    group by
        bookings.as_of_at, bookings.deal_type, bookings.period_grain, bookings.period_start, levels.level,
        {{ level_id('levels.level', 'bookings') }}, bookings.window_no

),

-- a window in which nothing was won counts as one with nothing
spreads as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        case
            when max(windows) > 1
                then greatest(sum(amount * amount) - sum(amount) * sum(amount) / max(windows), 0) / (max(windows) - 1)
            else 0
        end as expected_new_variance
    from sums
    group by as_of_at, deal_type, period_grain, period_start, level, level_id

),

final as (

    select
        means.*,
        spreads.expected_new_variance
    from means
    inner join spreads
        on
            means.as_of_at = spreads.as_of_at
            and means.deal_type = spreads.deal_type
            and means.period_grain = spreads.period_grain
            and means.period_start = spreads.period_start
            and means.level = spreads.level
            and means.level_id = spreads.level_id

)

select * from final
