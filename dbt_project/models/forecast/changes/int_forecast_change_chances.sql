{# The chance of winning within a period by the chain of the night before: of what it said then, what lies after
   tonight; and the same chain asked tonight. Steps count by the part of them that lies in the period. #}
with as_ofs as (

    select
        max(case when purpose = 'before' then as_of_at end) as before_at,
        max(case when purpose = 'now' then as_of_at end) as now_at
    from {{ ref('int_forecast_as_ofs') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

readings as (

    select
        'left' as reading,
        before_at as from_at,
        now_at as cut_at
    from as_ofs

    union all

    select
        'asked_again' as reading,
        now_at as from_at,
        now_at as cut_at
    from as_ofs

),

periods as (

    select * from {{ ref('int_forecast_change_periods') }}

),

curves as (

    select * from {{ ref('int_forecast_long_curves') }}
    where purpose = 'before'

),

numbers as (

    select distinct step_no from curves

),

steps as (

    select
        readings.reading,
        readings.cut_at,
        numbers.step_no,
        {{ add_seconds('readings.from_at', 'cast(numbers.step_no - 1 as bigint) * settings.step_days * 86400') }}
            as starts_at,
        {{ add_seconds('readings.from_at', 'cast(numbers.step_no as bigint) * settings.step_days * 86400') }}
            as ends_at,
        settings.step_days * cast(86400 as double) as step_seconds
    from readings
    cross join settings
    cross join numbers

),

shares as (

    select
        steps.reading,
        steps.step_no,
        periods.period_grain,
        periods.period_start,
        {{ seconds_between(
            'greatest(steps.starts_at, steps.cut_at, periods.period_starts_at)',
            'least(steps.ends_at, periods.period_ends_at)'
        ) }} / steps.step_seconds as share
    from steps
    inner join periods
        on
            steps.ends_at > periods.period_starts_at
            and steps.starts_at < periods.period_ends_at
            and steps.ends_at > steps.cut_at
            and periods.period_ends_at > steps.cut_at

),

final as (

    select
        shares.reading,
        curves.deal_type,
        curves.segment,
        curves.stage_key,
        curves.age_steps,
        shares.period_grain,
        shares.period_start,
        sum(curves.p_win * shares.share) as p_win
    from shares
    inner join curves on shares.step_no = curves.step_no
    group by
        shares.reading, curves.deal_type, curves.segment, curves.stage_key, curves.age_steps, shares.period_grain,
        shares.period_start

)

select * from final
