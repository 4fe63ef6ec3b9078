{# Velocity is what the open pipeline brings in a day: open deals x share won x average amount won / days to the win. #}
{%- set levels = [('company', "''"), ('team', "coalesce(team, '')"), ('owner', "coalesce(owner_key, '')")] -%}
with known as (

    select * from {{ ref('int_pipeline_velocity') }}

),

counted as (

    {% for level, id in levels %}
        select
            '{{ level }}' as level,
            {{ id }} as level_id,
            deal_type,
            window_start,
            window_end,
            as_of,
            {% for status in ['open', 'won', 'lost'] %}
                cast(sum(case when status = '{{ status }}' then 1 else 0 end) as integer) as {{ status }}_deals,
            {% endfor %}
            cast(avg(case when status = 'won' then amount_home end) as double) as won_average,
            cast(avg(case when status = 'won' then days_open end) as double) as days_to_win
        from known
        group by {{ id ~ ', ' if level != 'company' }}deal_type, window_start, window_end, as_of

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

judged as (

    select
        *,
        case
            when lost_deals = 0 then 'no losses recorded'
            when won_deals + lost_deals < {{ var('forecast_velocity_fewest') }} or won_deals = 0 then 'too few closed'
        end as why_no_velocity
    from counted

)

select
    {{ surrogate_key(['level', 'level_id', 'deal_type', 'window_end']) }} as velocity_id,
    level,
    level_id,
    deal_type,
    window_start,
    window_end,
    open_deals,
    won_deals,
    lost_deals,
    case when why_no_velocity is null then {{ safe_divide('won_deals', 'won_deals + lost_deals') }} end as win_rate,
    cast(won_average as decimal(18, 2)) as won_average,
    cast(days_to_win as decimal(9, 1)) as days_to_win,
    case
        when why_no_velocity is null
            then cast(
                open_deals * won_average * won_deals / (won_deals + lost_deals) / greatest(days_to_win, 1)
                as decimal(18, 2)
            )
    end as velocity_per_day,
    why_no_velocity,
    as_of
from judged
