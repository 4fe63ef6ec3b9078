with visits as (

    select * from {{ ref('int_visits') }}
    where stage_key not in ('won', 'lost')

),

deals as (

    select * from {{ ref('int_pipeline_deals') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

calendar as (

    select min(day) as first_day from {{ source('reference', 'calendar') }}

),

weighted as (

    select
        deals.*,
        visits.stage_key as visited_stage_key,
        cast(
            deals.amount_home * cast(
                coalesce(positions.probability, case when visits.left_at is null then deals.probability end, 0)
                as decimal(9, 6)
            ) as decimal(18, 2)
        ) as weighted_amount,
        greatest({{ local_date('visits.entered_at', 'deals.time_zone') }}, calendar.first_day) as first_day,
        greatest({{ local_date('visits.left_at', 'deals.time_zone') }}, calendar.first_day) as left_day,
        visits.left_at
    from visits
    inner join deals on visits.deal_key = deals.deal_key
    cross join calendar
    inner join periods
        on visits.entered_at >= periods.in_force_from and visits.entered_at < periods.in_force_to
    left join positions
        on periods.version = positions.version and visits.stage_key = positions.stage_key

),

-- a deal counts from the day on which it comes to the day before it leaves: where it stood when the day ended
signed as (

    select
        weighted.*,
        first_day as day,
        1 as sign
    from weighted
    union all
    select
        weighted.*,
        left_day as day,
        -1 as sign
    from weighted
    where left_at is not null

),

final as (

    select
        connection,
        crm,
        deal_type,
        visited_stage_key as stage_key,
        owner_key,
        team,
        day,
        judged_day,
        as_of,
        sum(sign) as deals,
        sum(sign * amount_home) as amount_home,
        sum(sign * weighted_amount) as weighted_amount
    from signed
    group by connection, crm, deal_type, visited_stage_key, owner_key, team, day, judged_day, as_of

)

select * from final
