with targets as (

    select * from {{ ref('fct_targets') }}

),

expected as (

    select * from {{ ref('int_pipeline_expected') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

joined as (

    select
        targets.*,
        coalesce(expected.booked, cast(0 as decimal(18, 2))) as booked,
        coalesce(expected.open_amount, cast(0 as decimal(18, 2))) as open_amount,
        coalesce(expected.weighted_amount, cast(0 as decimal(18, 2))) as weighted_amount,
        coalesce(expected.open_deals, 0) as open_deals,
        targets.period_end <= {{ local_date('settings.as_of', 'settings.time_zone') }} as is_over
    from targets
    cross join settings
    left join expected
        on
            targets.level = expected.level
            and targets.level_id = expected.level_id
            and targets.deal_type = expected.deal_type
            and targets.period_grain = expected.period_grain
            and targets.period_start = expected.period_start

),

final as (

    select
        target_id,
        level,
        level_id,
        deal_type,
        period_grain,
        period_start,
        period_end,
        is_over,
        target_amount,
        cast(booked as decimal(18, 2)) as booked,
        {{ safe_divide('booked', 'target_amount') }} as attainment,
        cast(greatest(target_amount - booked, 0) as decimal(18, 2)) as remaining,
        cast(open_deals as integer) as open_deals,
        cast(open_amount as decimal(18, 2)) as open_amount,
        cast(weighted_amount as decimal(18, 2)) as weighted_amount,
        case
            when not is_over and booked < target_amount then {{ safe_divide('open_amount', 'target_amount - booked') }}
        end as coverage,
        case
            when not is_over and booked < target_amount
                then {{ safe_divide('weighted_amount', 'target_amount - booked') }}
        end as weighted_coverage,
        case
            when booked >= target_amount then 'reached'
            when is_over then 'over'
        end as why_no_coverage,
        as_of
    from joined

)

select * from final
