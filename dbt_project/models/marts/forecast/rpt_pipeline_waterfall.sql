{# Start and end are read from where the deals stood, not added up from the movements: so the sum can be checked. #}
{%- set parts = [
    ('start', 'start_amount', ''), ('new', 'new_amount', ''), ('reopened', 'reopened_amount', ''),
    ('taken_over', 'taken_over_amount', ''), ('pulled_in', 'pulled_in_amount', ''), ('amount', 'amount_changes', ''),
    ('handed_over', 'handed_over_amount', '-'), ('slipped', 'slipped_amount', '-'), ('won', 'won_amount', '-'),
    ('lost', 'lost_amount', '-'), ('end', 'end_amount', ''),
] -%}
with standing as (

    select * from {{ ref('int_pipeline_standing') }}

),

movements as (

    select
        *,
        {{ period_end('period_grain', 'period_start') }} as period_end
    from {{ ref('fct_pipeline_movements') }}
    where period_start is not null

),

owners as (

    select
        owner_key,
        max(team) as team
    from {{ ref('int_owners') }}
    group by owner_key

),

parts as (

    {% for part, bound in [('start', 'period_start'), ('end', 'period_end')] %}
        select
            standing.connection,
            standing.crm,
            standing.deal_type,
            standing.period_grain,
            standing.period_start,
            standing.period_end,
            standing.owner_key,
            owners.team,
            '{{ part }}' as part,
            standing.amount_home,
            1 as deals,
            standing.as_of
        from standing
        left join owners on standing.owner_key = owners.owner_key
        where standing.day < standing.{{ bound }} and standing.next_day >= standing.{{ bound }}

        union all

    {% endfor %}

    select
        connection,
        crm,
        deal_type,
        period_grain,
        period_start,
        period_end,
        owner_key,
        team,
        kind as part,
        amount_home,
        deals,
        as_of
    from movements
    where day >= period_start and day < period_end

),

final as (

    select
        {{ surrogate_key(['connection', 'deal_type', 'period_grain', 'period_start', 'owner_key']) }} as waterfall_id,
        connection,
        crm,
        deal_type,
        period_grain,
        period_start,
        period_end,
        owner_key,
        team,
        {% for part, name, sign in parts %}
            cast(sum(case when part = '{{ part }}' then {{ sign }}amount_home else 0 end) as decimal(18, 2))
                as {{ name }},
        {% endfor %}
        cast(sum(case when part = 'start' then deals else 0 end) as integer) as start_deals,
        cast(sum(case when part = 'end' then deals else 0 end) as integer) as end_deals,
        period_end <= {{ local_date('settings.as_of', 'settings.time_zone') }} as is_over,
        parts.as_of
    from parts
    cross join {{ source('reference', 'settings') }} as settings
    where period_start <= {{ local_date('settings.as_of', 'settings.time_zone') }}
    group by
        connection, crm, deal_type, period_grain, period_start, period_end, owner_key, team, parts.as_of,
        settings.as_of, settings.time_zone

)

select * from final
