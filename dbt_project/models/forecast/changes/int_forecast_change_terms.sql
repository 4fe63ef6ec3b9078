{# What a deal is expected to bring, one thing changed after the other, so that the differences add up to the whole.
   Where the chain of the night before knows no such state (a new segment), the step is left to the next one. #}
with deals as (

    select * from {{ ref('int_forecast_change_deals') }}

),

chances as (

    select * from {{ ref('int_forecast_change_chances') }}

),

periods as (

    select * from {{ ref('int_forecast_change_periods') }}

),

states as (

    select distinct
        deal_type,
        segment,
        stage_key
    from chances
    where reading = 'asked_again'

),

looked_up as (

    select
        {% for name in ['left', 'older', 'moved', 'rated'] %}
            coalesce(chance_{{ name }}.p_win, 0) as p_{{ name }},
        {% endfor %}
        deals.*,
        periods.period_grain,
        periods.period_start,
        moved.stage_key is not null as is_move_known,
        rated.stage_key is not null as is_segment_known,
        coalesce(told_then.expected_amount, 0) as value_then,
        coalesce(told_now.expected_amount, 0) as value_now
    from deals
    cross join periods
    left join states as moved
        on
            deals.deal_type = moved.deal_type
            and deals.segment_before = moved.segment
            and deals.stage_now = moved.stage_key
    left join states as rated
        on deals.deal_type = rated.deal_type and deals.segment_now = rated.segment and deals.stage_now = rated.stage_key
    {% for name, reading, segment, stage, age in [
        ('left', 'left', 'segment_before', 'stage_before', 'age_before'),
        ('older', 'asked_again', 'segment_before', 'stage_before', 'age_unmoved'),
        ('moved', 'asked_again', 'segment_before', 'stage_now', 'age_now'),
        ('rated', 'asked_again', 'segment_now', 'stage_now', 'age_now'),
    ] %}
        left join chances as chance_{{ name }}
            on
                deals.deal_type = chance_{{ name }}.deal_type
                and chance_{{ name }}.reading = '{{ reading }}'
                and periods.period_grain = chance_{{ name }}.period_grain
                and periods.period_start = chance_{{ name }}.period_start
                and deals.{{ segment }} = chance_{{ name }}.segment
                and deals.{{ stage }} = chance_{{ name }}.stage_key
                and deals.{{ age }} = chance_{{ name }}.age_steps
    {% endfor %}
    {% for name, purpose in [('then', 'before'), ('now', 'now')] %}
        left join {{ ref('int_forecast_deal_periods') }} as told_{{ name }}
            on
                deals.deal_key = told_{{ name }}.deal_key
                and deals.deal_type = told_{{ name }}.deal_type
                and told_{{ name }}.purpose = '{{ purpose }}'
                and periods.period_grain = told_{{ name }}.period_grain
                and periods.period_start = told_{{ name }}.period_start
    {% endfor %}

),

valued as (

    select
        *,
        p_left * amount_before * ratio_before as value_left,
        p_older * amount_before * ratio_before as value_older,
        case
            when is_move_known then p_moved * amount_before * ratio_moved
            when is_segment_known then p_rated * amount_now * ratio_moved
            else value_now
        end as value_move,
        case when is_segment_known then p_rated * amount_now * ratio_moved else value_now end as value_amount
    from looked_up

),

final as (

    select
        {% for name in ['then', 'left', 'older', 'move', 'amount', 'now'] %}
            cast(round(value_{{ name }}, 2) as decimal(18, 2)) as value_{{ name }},
        {% endfor %}
        deal_key,
        deal_type,
        owner_key,
        team,
        period_grain,
        period_start,
        was_open,
        is_open,
        ended_as
    from valued

)

select * from final
