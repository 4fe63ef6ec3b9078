with days as (
    select
        calendar.*,
        settings.as_of,
        {{ local_date('settings.as_of', 'settings.time_zone') }} as today,
        {# The fiscal year bears the number of the year in which it ends. #}
        case
            when
                settings.fiscal_year_start_month > 1
                and extract(month from calendar.day) >= settings.fiscal_year_start_month
                then extract(year from calendar.day) + 1
            else extract(year from calendar.day)
        end as fiscal_year,
        (extract(month from calendar.day) - settings.fiscal_year_start_month + 12) % 12 + 1 as fiscal_month
    from {{ source('reference', 'calendar') }} as calendar
    cross join {{ source('reference', 'settings') }} as settings
),

quarters as (
    select
        *,
        cast(floor(cast(fiscal_month + 2 as double) / 3) as integer) as fiscal_quarter,
        cast(
            {{ dbt.dateadd('month', '-cast((fiscal_month - 1) % 3 as integer)', "date_trunc('month', day)") }} as date
        ) as fiscal_quarter_start
    from days
)

select
    day as date_day,
    cast(extract(year from day) as integer) as year_no,
    cast(extract(quarter from day) as integer) as quarter_no,
    cast(extract(month from day) as integer) as month_no,
    cast(date_trunc('month', day) as date) as month_start,
    cast(date_trunc('week', day) as date) as week_start,
    is_working_day,
    working_day_no,
    cast(fiscal_year as integer) as fiscal_year,
    fiscal_quarter,
    cast(fiscal_month as integer) as fiscal_month,
    'FY' || cast(cast(fiscal_year as integer) as {{ dbt.type_string() }}) || ' Q'
    || cast(fiscal_quarter as {{ dbt.type_string() }}) as fiscal_quarter_name,
    fiscal_quarter_start,
    {{ day_diff('fiscal_quarter_start', 'day') }} + 1 as day_of_fiscal_quarter,
    day < today as is_past,
    as_of
from quarters
