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
        cast(horizon_steps * settings.step_days as integer) as horizon_days,
        method,
        cast(windows as integer) as n_windows,
        cast(independent_windows as integer) as n_independent_windows,
        cast(wape as double) as wape,
        cast(bias as double) as bias,
        cast(brier as double) as brier,
        cast(log_loss as double) as log_loss,
        cast(ece as double) as ece,
        cast(coverage as double) as coverage80,
        cast(coverage_lo as double) as coverage_lo,
        cast(coverage_hi as double) as coverage_hi,
        cast(interval_score as double) as interval_score,
        {% for baseline in forecast_baselines() -%}
            case when is_chain then cast(skill_vs_{{ baseline }} as double) end as skill_vs_{{ baseline }},
            case when is_chain then cast(skill_vs_{{ baseline }}_low as double) end as skill_vs_{{ baseline }}_low,
            case when is_chain then cast(skill_vs_{{ baseline }}_high as double) end as skill_vs_{{ baseline }}_high,
        {% endfor -%}
        case
            when is_chain then cast(
                least(skill_vs_weighted_pipeline_low, skill_vs_bias_corrected_low, skill_vs_run_rate_low) as double
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
