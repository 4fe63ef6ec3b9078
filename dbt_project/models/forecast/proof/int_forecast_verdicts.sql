{#- Better than all three, worse than one of them, or not proven; a doubt about the data outweighs every figure. -#}
{%- set fewest = var('forecast_min_windows') -%}
{%- set baselines = forecast_baselines() -%}
with kinds as (

    select distinct
        deal_type,
        level,
        horizon_steps
    from {{ ref('int_forecast_windows') }}

),

series as (

    select * from {{ ref('int_forecast_series') }}

),

compared as (

    select
        deal_type,
        level,
        horizon_steps,
        {% for baseline in baselines -%}
            max(case when baseline = '{{ baseline }}' then gain_low end) as {{ baseline }}_low,
            max(case when baseline = '{{ baseline }}' then gain_high end) as {{ baseline }}_high,
        {% endfor -%}
        min(gain_low) as lowest_low,
        min(gain_high) as lowest_high
    from {{ ref('int_forecast_gains') }}
    group by deal_type, level, horizon_steps

),

doubts as (

    select * from {{ ref('int_forecast_doubts') }}

),

joined as (

    select
        kinds.deal_type,
        kinds.level,
        kinds.horizon_steps,
        coalesce(series.windows, 0) as windows,
        coalesce(series.independent_windows, 0) as independent_windows,
        {% for baseline in baselines -%}
            1 - series.chain_miss / nullif(series.{{ baseline }}_miss, 0) as skill_vs_{{ baseline }},
            compared.{{ baseline }}_low / nullif(series.{{ baseline }}_miss, 0) as skill_vs_{{ baseline }}_low,
            compared.{{ baseline }}_high / nullif(series.{{ baseline }}_miss, 0) as skill_vs_{{ baseline }}_high,
        {% endfor -%}
        case least(series.chain_miss, series.weighted_pipeline_miss, series.bias_corrected_miss, series.run_rate_miss)
            when series.chain_miss then 'chain'
            when series.weighted_pipeline_miss then 'weighted_pipeline'
            when series.bias_corrected_miss then 'bias_corrected'
            when series.run_rate_miss then 'run_rate'
        end as least_wrong,
        case
            when series.windows is null then 'no window to compare'
            when doubts.doubt is not null then doubts.doubt
            when series.windows < {{ fewest }} then 'too few windows'
        end as doubt,
        doubts.remark,
        compared.lowest_low > 0 as is_better,
        compared.lowest_high < 0 as is_worse
    from kinds
    left join series
        on
            kinds.deal_type = series.deal_type
            and kinds.level = series.level
            and kinds.horizon_steps = series.horizon_steps
    left join compared
        on
            kinds.deal_type = compared.deal_type
            and kinds.level = compared.level
            and kinds.horizon_steps = compared.horizon_steps
    left join doubts
        on kinds.deal_type = doubts.deal_type and kinds.horizon_steps = doubts.horizon_steps

),

final as (

    select
        joined.*,
        case
            when doubt is not null then 'not_proven'
            when is_better then 'better'
            when is_worse then 'worse'
            else 'not_proven'
        end as verdict
    from joined

)

select * from final
