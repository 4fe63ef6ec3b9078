with intervals as (

    select * from {{ ref('int_payoff_intervals') }}

),

terms as (

    select * from {{ ref('int_payoff_terms') }}

),

pools as (

    select
        deal_type,
        stage_key,
        coalesce(step_key, '') as step_key,
        min(low) as lowest,
        max(high) as highest
    from intervals
    where is_pooled and is_enough
    group by deal_type, stage_key, coalesce(step_key, '')

),

-- a difference is told of all deals only when it is there among like deals too
compared as (

    select
        intervals.*,
        terms.grace,
        terms.clock,
        sum(intervals.margins_kept + intervals.margins_not_kept) over () > 0 as has_margins,
        intervals.is_enough and (intervals.wide_low > 0 or intervals.wide_high < 0) as is_apart,
        intervals.family = 'all'
        and coalesce(case when intervals.wide_low > 0 then pools.lowest <= 0 else pools.highest >= 0 end, false)
            as is_gone_among_like_deals,
        {% for measure, having in payoff_measures().items() -%}
            case
                when not intervals.is_enough_{{ having }} then 'too few'
                when intervals.wide_{{ measure }}_low > 0 or intervals.wide_{{ measure }}_high < 0 then 'associated'
                else 'not shown'
            end as {{ measure }}_verdict
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from intervals
    left join terms
        on intervals.stage_key = terms.stage_key and coalesce(intervals.step_key, '') = terms.step_key
    left join pools
        on
            intervals.deal_type = pools.deal_type
            and intervals.stage_key = pools.stage_key
            and coalesce(intervals.step_key, '') = pools.step_key

),

final as (

    select
        *,
        is_apart and is_gone_among_like_deals as is_only_seeming,
        case
            when not is_enough then 'too few'
            when is_apart and not is_gone_among_like_deals then 'associated'
            else 'not shown'
        end as verdict
    from compared

)

select * from final
