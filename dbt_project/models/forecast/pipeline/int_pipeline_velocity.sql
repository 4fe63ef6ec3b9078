with settings as (

    select
        *,
        {{ local_date('as_of', 'time_zone') }} as today
    from {{ source('reference', 'settings') }}

),

windows as (

    {% for turn in range(5) %}
        select
            as_of,
            cast({{ dbt.dateadd('day', '1 - ' ~ turn ~ ' * ' ~ var('forecast_velocity_stride'), 'today') }} as date)
                as window_end,
            cast({{ dbt.dateadd(
                'day',
                '1 - ' ~ turn ~ ' * ' ~ var('forecast_velocity_stride') ~ ' - ' ~ var('forecast_velocity_days'),
                'today'
            ) }} as date) as window_start
        from settings
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

owners as (

    select
        owner_key,
        max(team) as team
    from {{ ref('int_owners') }}
    group by owner_key

),

-- entered when they were over: their short way would make every other look slow
closings as (

    select * from {{ ref('int_pipeline_closings') }}
    where not (status = 'won' and days_open <= {{ var('forecast_backfill_days') }})

),

final as (

    select
        windows.*,
        closings.deal_type,
        closings.owner_key,
        closings.team,
        closings.status,
        closings.amount_home,
        closings.days_open
    from windows
    inner join closings
        on
            closings.day >= windows.window_start
            and closings.day < windows.window_end
            and closings.undone_day >= windows.window_end

    union all

    select
        windows.*,
        states.deal_type,
        states.owner_key,
        owners.team,
        states.status,
        states.amount_home,
        cast(null as integer) as days_open
    from windows
    inner join {{ ref('int_pipeline_states') }} as states
        on states.day < windows.window_end and states.next_day >= windows.window_end
    left join owners on states.owner_key = owners.owner_key
    where states.status = 'open'

)

select * from final
