{# A won deal belongs to the period in which it was won, so that what was won there adds up; a lost one stays where it
   was expected, with what it was expected to bring. #}
with states as (

    select * from {{ ref('int_pipeline_states') }}

),

followed as (

    select
        {% for column in ['status', 'amount_home', 'close_date', 'owner_key'] %}
            lag({{ column }}) over (partition by deal_key order by day) as {{ column }}_before,
        {% endfor %}
        *
    from states

),

settled as (

    select
        *,
        case
            when status = 'won' then day
            when status = 'lost' and status_before = 'open' then close_date_before
            else close_date
        end as close_date_now,
        case when status = 'lost' and status_before = 'open' then amount_home_before else amount_home end as amount_now
    from followed
    -- what is done to a closed deal is none of the pipeline's business
    where status = 'open' or status_before is null or status <> status_before

),

{% for grain, first_day in [
    ('month', "cast(date_trunc('month', DAY) as date)"),
    ('fiscal_quarter', fiscal_quarter_start('DAY', 'fiscal_year_start_month')),
] %}
    by_{{ grain }} as (

        select
            *,
            '{{ grain }}' as period_grain,
            {{ first_day | replace('DAY', 'close_date_before') }} as period_before,
            {{ first_day | replace('DAY', 'close_date_now') }} as period_now
        from settled

    ),

{% endfor %}

final as (

    select * from by_month

    union all

    select * from by_fiscal_quarter

)

select
    connection,
    crm,
    deal_key,
    deal_type,
    day,
    status,
    status_before,
    amount_now,
    amount_home_before as amount_before,
    owner_key as owner_now,
    owner_key_before as owner_before,
    period_grain,
    period_now,
    period_before,
    {{ day_diff('close_date_before', 'close_date_now') }} as days_later,
    as_of
from final
