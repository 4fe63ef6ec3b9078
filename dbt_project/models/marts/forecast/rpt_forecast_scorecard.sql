with scored as (

    select * from {{ ref('int_forecast_scorecard') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

final as (

    select
        {{ surrogate_key(['deal_type', 'level', 'horizon_steps', 'method']) }} as score_id,
        deal_type,
        level,
        cast(horizon_steps as integer) as horizon_steps,
        method,
        cast(windows as integer) as n_windows,
        cast(independent_windows as integer) as n_independent_windows,
        cast(wape as double) as wape,
        cast(bias as double) as bias,
        cast(brier as double) as brier,
        cast(log_loss as double) as log_loss,
        cast(ece as double) as ece,
        cast(coverage as double) as coverage80,
        cast({{ wilson_bound('scored.coverage * scored.independent_intervals', 'scored.independent_intervals', 1.96, '-') }} as double)
            as coverage_lo,
        cast({{ wilson_bound('scored.coverage * scored.independent_intervals', 'scored.independent_intervals', 1.96, '+') }} as double)
            as coverage_hi,
        cast(interval_score as double) as interval_score,
        {% for baseline in forecast_baselines() -%}
            {% for bound in ['', '_low', '_high'] -%}
                case when is_chain then cast(skill_vs_{{ baseline }}{{ bound }} as double) end
                    as skill_vs_{{ baseline }}{{ bound }},
            {% endfor -%}
        {% endfor -%}
        case
            when is_chain then cast(
                least(
                    {%- for baseline in forecast_baselines() %}
                    skill_vs_{{ baseline }}_low{{ ',' if not loop.last }}
                    {%- endfor %}
                ) as double
            )
        end as skill_ci_low,
        least_wrong,
        case when is_chain then verdict end as verdict,
        case when is_chain then doubt end as doubt,
        case when is_chain then remark end as remark,
        case when is_chain then sentence end as sentence,
        settings.as_of
    from scored
    cross join settings

)

select * from final
