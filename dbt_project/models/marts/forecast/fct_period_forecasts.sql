with totals as (

    select * from {{ ref('int_forecast_period_totals') }}
    where purpose = 'now'

),

intervals as (

    select * from {{ ref('int_forecast_period_intervals') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

flagged as (

    select
        totals.*,
        intervals.sd,
        intervals.p10,
        intervals.p50,
        intervals.p90,
        intervals.weighted_pipeline_bias_corrected,
        case when mode = 'none' then ' no_history' else '' end
        || case when losses = 0 then ' losses_missing' else '' end
        || case when new_windows = 0 then ' new_business_unknown' else '' end
        || case when deals_without_amount > 0 then ' amounts_missing' else '' end
        || case when deals_below_zero > 0 then ' amounts_negative' else '' end
        || case when open_deals > 0 and overdue_deals = open_deals then ' dates_overdue' else '' end
        || case
            when expected_open > 0 and largest_expected * 2 >= expected_open and open_deals > 1 then ' one_deal' else ''
        end
        || case intervals.interval_flag
            when 'few windows' then ' interval_few_windows' when 'wide' then ' interval_wide' else ''
        end as flags
    from totals
    left join intervals
        on
            totals.deal_type = intervals.deal_type
            and totals.level = intervals.level
            and totals.level_id = intervals.level_id
            and totals.period_grain = intervals.period_grain
            and totals.period_start = intervals.period_start

),

final as (

    select
        {{ surrogate_key([
            'flagged.deal_type', 'flagged.period_grain', 'flagged.period_start', 'flagged.level', 'flagged.level_id'
        ]) }} as period_forecast_id,
        settings.as_of_day as as_of_date,
        flagged.deal_type,
        flagged.period_grain,
        flagged.period_start,
        flagged.period_end,
        flagged.level,
        flagged.level_id,
        cast(flagged.booked_to_date as decimal(18, 2)) as booked_to_date,
        cast(flagged.expected_open as decimal(18, 2)) as expected_open,
        cast(flagged.expected_new as decimal(18, 2)) as expected_new,
        cast(
            flagged.booked_to_date + flagged.expected_open + coalesce(flagged.expected_new, 0) as decimal(18, 2)
        ) as expected_total,
        {% for column in ['sd', 'p10', 'p50', 'p90'] -%}
            cast(flagged.{{ column }} as decimal(18, 2)) as {{ column }},
        {% endfor -%}
        cast(flagged.weighted_pipeline as decimal(18, 2)) as weighted_pipeline,
        cast(flagged.weighted_pipeline_bias_corrected as decimal(18, 2)) as weighted_pipeline_bias_corrected,
        cast(flagged.run_rate as decimal(18, 2)) as run_rate,
        cast(flagged.open_deals as integer) as open_deals,
        flagged.wins_in_history,
        flagged.mode,
        nullif(trim(flagged.flags), '') as quality_flag,
        settings.as_of,
        settings.night_id
    from flagged
    cross join settings

)

select * from final
