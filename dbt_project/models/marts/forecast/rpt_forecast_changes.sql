{# Booked, expected of open deals and of deals to come, tonight less the night before: every row is one cause. #}
{%- set stayed = 'was_open and is_open' -%}
{%- set causes = [
    ('won', "ended_as = 'won'", '-value_then'),
    ('lost', "ended_as = 'lost'", '-value_then'),
    ('gone', "ended_as = 'gone'", '-value_then'),
    ('new', 'is_open and not was_open', 'value_now'),
    ('slipped', stayed, 'value_left - value_then'),
    ('ageing', stayed, 'value_older - value_left'),
    ('stage_move', stayed, 'value_move - value_older'),
    ('amount', stayed, 'value_amount - value_move'),
    ('model', stayed, 'value_now - value_amount'),
] -%}
with terms as (

    select * from {{ ref('int_forecast_change_terms') }}

),

booked as (

    select * from {{ ref('int_forecast_change_bookings') }}

),

totals as (

    select totals.*
    from {{ ref('int_forecast_period_totals') }} as totals
    inner join {{ ref('int_forecast_change_periods') }} as periods
        on totals.period_grain = periods.period_grain and totals.period_start = periods.period_start
    where totals.level = 'company' and totals.mode <> 'none'

),

moved as (

    {% for cause, happened, amount in causes %}
        select
            deal_type,
            period_grain,
            period_start,
            '{{ cause }}' as cause,
            {{ loop.index }} as cause_no,
            owner_key,
            team,
            {{ amount }} as amount_home
        from terms
        where {{ happened }}

        union all

    {% endfor %}

    select
        deal_type,
        period_grain,
        period_start,
        'won' as cause,
        1 as cause_no,
        owner_key,
        team,
        amount_home
    from booked

    union all

    select
        deal_type,
        period_grain,
        period_start,
        'new_business' as cause,
        10 as cause_no,
        cast(null as {{ dbt.type_string() }}) as owner_key,
        cast(null as {{ dbt.type_string() }}) as team,
        case when purpose = 'now' then coalesce(expected_new, 0) else -coalesce(expected_new, 0) end as amount_home
    from totals

),

final as (

    select
        deal_type,
        period_grain,
        period_start,
        cause,
        cause_no,
        owner_key,
        team,
        cast(sum(amount_home) as decimal(18, 2)) as amount_home
    from moved
    group by deal_type, period_grain, period_start, cause, cause_no, owner_key, team
    having sum(amount_home) <> 0

)

select
    {{ surrogate_key([
        'final.deal_type', 'final.period_grain', 'final.period_start', 'final.cause', 'final.owner_key', 'final.team',
    ]) }} as change_id,
    as_ofs.as_of_at as from_as_of,
    settings.as_of as to_as_of,
    final.deal_type,
    final.period_grain,
    final.period_start,
    final.cause,
    final.cause_no,
    final.owner_key,
    final.team,
    final.amount_home,
    settings.as_of
from final
cross join {{ ref('int_forecast_settings') }} as settings
inner join {{ ref('int_forecast_as_ofs') }} as as_ofs on as_ofs.purpose = 'before'
