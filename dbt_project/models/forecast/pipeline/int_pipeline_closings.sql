with turns as (

    select
        *,
        lead(day, 1, cast('9999-12-31' as date)) over (partition by deal_key order by day) as undone_day
    from {{ ref('int_pipeline_turns') }}
    where period_grain = 'month' and (status_before is null or status <> status_before)

),

lives as (

    select * from {{ ref('int_pipeline_lives') }}

),

owners as (

    select
        owner_key,
        max(team) as team
    from {{ ref('int_owners') }}
    group by owner_key

),

final as (

    select
        turns.connection,
        turns.crm,
        turns.deal_key,
        turns.deal_type,
        turns.status,
        turns.day,
        turns.undone_day,
        turns.amount_now as amount_home,
        turns.owner_now as owner_key,
        owners.team,
        {{ day_diff(local_date('lives.started_at', 'lives.time_zone'), 'turns.day') }} as days_open
    from turns
    inner join lives on turns.deal_key = lives.deal_key
    left join owners on turns.owner_now = owners.owner_key
    where turns.status in ('won', 'lost')

)

select * from final
