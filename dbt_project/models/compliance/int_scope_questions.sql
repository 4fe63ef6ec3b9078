{{ config(materialized='view') }}

with responses as (

    select * from {{ ref('int_response_duties') }}

),

facts as (

    select * from {{ ref('int_hygiene_facts') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

-- only what gates a whole version concerns more than its steps
conditions as (

    select distinct
        version,
        field
    from {{ source('reference', 'step_conditions') }}
    where step_key is null

),

asked as (

    select
        connection,
        deal_key,
        version,
        response_key || ':' || cast(activation as {{ dbt.type_string() }}) as step_key,
        coalesce(activated_at, cast('0001-01-01' as timestamp)) as asked_from,
        coalesce(activated_until, judged_at) as asked_until
    from responses

    union all

    select
        facts.connection,
        facts.deal_key,
        periods.version,
        ':open' as step_key,
        facts.judged_at as asked_from,
        facts.judged_at as asked_until
    from facts
    inner join periods
        on facts.judged_at >= periods.in_force_from and facts.judged_at < periods.in_force_to

    union all

    select
        visits.connection,
        visits.deal_key,
        periods.version,
        ':move ' || cast(visits.visit_no as {{ dbt.type_string() }}) as step_key,
        visits.entered_at as asked_from,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, visits.entered_at) as asked_until
    from {{ ref('int_visits') }} as visits
    inner join periods
        on visits.entered_at >= periods.in_force_from and visits.entered_at < periods.in_force_to
    left join {{ source('reference', 'calendar') }} as calendar
        on visits.precision = 'day' and visits.entered_at = calendar.day_start_utc
    where visits.precision <> 'order'

    union all

    select
        connection,
        deal_key,
        version,
        ':stay ' || stage_key as step_key,
        since as asked_from,
        since as asked_until
    from {{ ref('int_over_time') }}

),

final as (

    select
        asked.connection,
        asked.deal_key,
        asked.version,
        asked.step_key,
        conditions.field,
        asked.asked_from,
        asked.asked_until
    from asked
    inner join conditions on asked.version = conditions.version

)

select * from final
