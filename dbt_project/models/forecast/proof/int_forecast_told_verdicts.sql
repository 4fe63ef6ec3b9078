-- The verdict in a sentence. When a baseline misses less, the sentence says so first.
with verdicts as (

    select * from {{ ref('int_forecast_verdicts') }}

),

scores as (

    select
        deal_type,
        level,
        {% for method in forecast_methods() -%}
            max(case when method = '{{ method }}' then wape end) as {{ method }}_wape,
        {% endfor -%}
        horizon_steps
    from {{ ref('int_forecast_scores') }}
    group by deal_type, level, horizon_steps

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

worded as (

    select
        verdicts.*,
        {% for method in forecast_methods() -%}
            case
                when scores.{{ method }}_wape is null then 'no figure'
                when scores.{{ method }}_wape >= 100 then 'over 10000 %'
                else {{ in_points('scores.' ~ method ~ '_wape') }} || ' %'
            end as {{ method }}_told,
        {% endfor -%}
        case verdicts.least_wrong
            {% for method, words in forecast_methods().items() -%}
                when '{{ method }}' then '{{ words }}'
            {% endfor -%}
        end as least_wrong_words,
        {{ in_full('verdicts.horizon_steps * settings.step_days') }} || ' days, ' || verdicts.deal_type || ', '
        || verdicts.level || ': ' as place_told,
        {{ in_full('verdicts.windows') }} || ' closed windows ('
        || {{ in_full('verdicts.independent_windows') }} || ' that do not overlap)' as windows_told
    from verdicts
    left join scores
        on
            verdicts.deal_type = scores.deal_type
            and verdicts.level = scores.level
            and verdicts.horizon_steps = scores.horizon_steps
    cross join settings

),

final as (

    select
        worded.*,
        case
            when doubt is not null and windows = 0 then place_told || 'not proven: ' || doubt
            else
                place_told
                || case
                    when doubt is not null then 'not proven: ' || doubt
                    when least_wrong <> 'chain' and verdict = 'worse'
                        then 'a baseline wins, trust it and not the chain: ' || least_wrong_words || ' misses least'
                    when least_wrong <> 'chain'
                        then 'a baseline misses least, ' || least_wrong_words || ', and nothing is proven'
                    when verdict = 'better' then 'the chain is better than all three baselines'
                    when verdict = 'worse' then 'the chain is worse than one of the baselines'
                    else 'not proven, though the chain misses least'
                end
                || '. Missed of what was won in ' || windows_told || ': '
                {% for method, words in forecast_methods().items() -%}
                    || '{{ words }} ' || {{ method }}_told{{ " || ', '" if not loop.last }}
                {% endfor -%}
                || coalesce(' (' || remark || ')', '')
        end as sentence
    from worded

)

select * from final
