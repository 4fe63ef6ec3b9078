with verdicts as (

    select * from {{ ref('int_payoff_verdicts') }}

),

stages as (

    select * from {{ source('reference', 'process_stages') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

named as (

    select
        verdicts.*,
        stages.stage_name,
        stages.stage_order,
        steps.step_name,
        coalesce('"' || steps.step_name || '"', 'every mandatory step') as subject,
        row_number() over (
            partition by
                verdicts.deal_type, verdicts.stage_key, verdicts.step_key, verdicts.stratum, verdicts.family
            order by stages.version desc, steps.version desc
        ) as recency
    from verdicts
    left join stages on verdicts.stage_key = stages.stage_key
    left join steps on verdicts.step_key = steps.step_key

),

-- a figure that too few deals stand behind is withheld, not printed small
final as (

    select
        deal_type,
        stage_key,
        stage_name,
        stage_order,
        step_key,
        step_name,
        family as comparison,
        stratum,
        is_pooled,
        cast(deals_kept as bigint) as deals_kept,
        cast(deals_not_kept as bigint) as deals_not_kept,
        cast(deals_unclear as bigint) as deals_unclear,
        cast(deals_closed_first as bigint) as deals_closed_first,
        {% for arm in ['kept', 'not_kept'] -%}
            case when is_enough and not is_pooled then share_{{ arm }} end as win_rate_{{ arm }},
            case when is_enough and not is_pooled then brier_{{ arm }} end as brier_{{ arm }},
            cast(timed_{{ arm }} as bigint) as won_{{ arm }},
            case when is_enough_timed then days_mean_{{ arm }} end as days_to_win_{{ arm }},
            case when is_enough_margins then margin_mean_{{ arm }} end as margin_{{ arm }},
            case when is_enough_sized then amount_mean_{{ arm }} end as amount_{{ arm }},
        {% endfor -%}
        {% for bound in ['', '_low', '_high'] -%}
            {% set column = bound.strip('_') or 'difference' -%}
            case when is_enough then {{ column }} end as win_difference{{ bound }},
            {% for measure, having in payoff_measures().items() -%}
                {% set told = measure ~ '_difference' ~ bound -%}
                case when is_enough_{{ having }} then {{ measure }}_{{ column }} end as {{ told }},
            {% endfor -%}
        {% endfor -%}
        verdict,
        days_verdict,
        amount_verdict,
        case when has_margins then margin_verdict else 'not mapped' end as margin_verdict,
        cast(comparisons as bigint) as comparisons,
        fewest,
        grace,
        clock,
        'Left ' || stage_name || ': '
        || case
            when not is_enough
                then
                    'too few deals to compare, '
                    || {{ in_full('deals_kept') }} || ' with ' || subject || ' in time and '
                    || {{ in_full('deals_not_kept') }} || ' without; '
                    || {{ in_full('fewest') }} || ' of each are needed'
            else
                case
                    when is_pooled
                        then
                            {{ in_full('deals_kept') }} || ' with ' || subject || ' in time and '
                            || {{ in_full('deals_not_kept') }} || ' without, compared within the same ' || family
                    else
                        'won of ' || {{ in_full('deals_kept') }} || ' with ' || subject || ' in time '
                        || {{ in_points('share_kept') }} || ' %, of ' || {{ in_full('deals_not_kept') }} || ' without '
                        || {{ in_points('share_not_kept') }} || ' %'
                end
                || '; the difference is between ' || {{ in_points('low') }} || ' and ' || {{ in_points('high') }}
                || ' points: '
                || case
                    when verdict = 'associated' then 'associated, which does not say that it is the cause'
                    when is_only_seeming then 'not shown, among deals that are otherwise alike it is not there'
                    when low > 0 or high < 0
                        then
                            'not shown, of ' || {{ in_full('comparisons') }}
                            || ' comparisons one may look like that by chance'
                    else 'not shown'
                end
        end
        || ' (grace ' || grace || ', ' || clock || ' counts)' as sentence
    from named
    where recency = 1

)

select * from final
