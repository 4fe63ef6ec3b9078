with intervals as (

    select * from {{ ref('int_pipeline_intervals') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

final as (

    select
        {{ surrogate_key([
            'calendar.day', 'intervals.connection', 'intervals.deal_type', 'intervals.stage_key',
            'intervals.owner_key', 'intervals.team',
        ]) }} as pipeline_day_id,
        calendar.day,
        intervals.connection,
        intervals.crm,
        intervals.deal_type,
        intervals.stage_key,
        intervals.owner_key,
        intervals.team,
        cast(count(*) as integer) as open_deals,
        cast(sum(intervals.amount_home) as decimal(18, 2)) as amount_home,
        cast(
            sum(cast(intervals.amount_home * cast(intervals.probability as decimal(9, 6)) as decimal(18, 2)))
            as decimal(18, 2)
        ) as weighted_amount,
        max(intervals.as_of) as as_of
    from intervals
    inner join calendar
        on
            calendar.day >= intervals.first_day
            and calendar.day <= intervals.judged_day
            and (intervals.left_day is null or calendar.day < intervals.left_day)
    group by
        calendar.day, intervals.connection, intervals.crm, intervals.deal_type, intervals.stage_key,
        intervals.owner_key, intervals.team

)

select * from final
