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

-- a deal counts on a day where it stood when the day ended; the day of judging ends with the judging
final as (

    select
        deals.connection,
        deals.crm,
        deals.deal_type,
        visits.stage_key,
        deals.owner_key,
        deals.team,
        deals.amount_home,
        coalesce(positions.probability, case when visits.left_at is null then deals.probability end, 0) as probability,
        {{ local_date('visits.entered_at', 'deals.time_zone') }} as first_day,
        {{ local_date('visits.left_at', 'deals.time_zone') }} as left_day,
        deals.judged_day,
        deals.as_of
    from visits
    inner join deals on visits.deal_key = deals.deal_key
    inner join periods
        on visits.entered_at >= periods.in_force_from and visits.entered_at < periods.in_force_to
    left join positions
        on periods.version = positions.version and visits.stage_key = positions.stage_key

)

select * from final
