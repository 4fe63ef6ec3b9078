with changes as (

    select
        changes.*,
        {{ surrogate_key(['connection', 'deal_type', 'stage_key', 'owner_key', 'team']) }} as group_id
    from {{ ref('int_pipeline_changes') }} as changes

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

groups as (

    select
        group_id,
        connection,
        crm,
        deal_type,
        stage_key,
        owner_key,
        team,
        judged_day,
        as_of,
        min(day) as first_day
    from changes
    group by group_id, connection, crm, deal_type, stage_key, owner_key, team, judged_day, as_of

),

-- what came less what left, added up day by day: a day per deal would be too many rows
running as (

    select
        calendar.day,
        groups.*,
        sum(coalesce(changes.deals, 0)) over (
            partition by groups.group_id order by calendar.day
        ) as running_deals,
        sum(coalesce(changes.amount_home, 0)) over (
            partition by groups.group_id order by calendar.day
        ) as running_amount,
        sum(coalesce(changes.weighted_amount, 0)) over (
            partition by groups.group_id order by calendar.day
        ) as running_weighted
    from groups
    inner join calendar on calendar.day >= groups.first_day and calendar.day <= groups.judged_day
    left join changes on groups.group_id = changes.group_id and calendar.day = changes.day

),

final as (

    select
        {{ surrogate_key(['group_id', 'day']) }} as pipeline_day_id,
        day,
        connection,
        crm,
        deal_type,
        stage_key,
        owner_key,
        team,
        cast(running_deals as integer) as open_deals,
        cast(running_amount as decimal(18, 2)) as amount_home,
        cast(running_weighted as decimal(18, 2)) as weighted_amount,
        as_of
    from running
    where running_deals > 0

)

select * from final
