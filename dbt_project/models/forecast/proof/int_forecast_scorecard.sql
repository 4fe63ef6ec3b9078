-- Every method has its row, also where nothing could be compared: a missing row would look like a missing method.
with verdicts as (

    select * from {{ ref('int_forecast_told_verdicts') }}

),

scores as (

    select * from {{ ref('int_forecast_scores') }}

),

deal_scores as (

    select * from {{ ref('int_forecast_deal_scores') }}

),

methods as (

    {% for method in forecast_methods() -%}
        select '{{ method }}' as method
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

joined as (

    select
        verdicts.*,
        methods.method,
        methods.method = 'chain' as is_chain,
        scores.wape,
        scores.bias,
        scores.intervals,
        scores.covered,
        scores.interval_score,
        -- windows that overlap tell less than as many that don't
        scores.intervals * least(
            cast(1 as double), verdicts.independent_windows / cast(nullif(verdicts.windows, 0) as double)
        ) as independent_intervals,
        case when verdicts.level = 'company' then deal_scores.brier end as brier,
        case when verdicts.level = 'company' then deal_scores.log_loss end as log_loss,
        case when verdicts.level = 'company' then deal_scores.ece end as ece
    from verdicts
    cross join methods
    left join scores
        on
            verdicts.deal_type = scores.deal_type
            and verdicts.level = scores.level
            and verdicts.horizon_steps = scores.horizon_steps
            and methods.method = scores.method
    left join deal_scores
        on
            verdicts.deal_type = deal_scores.deal_type
            and verdicts.horizon_steps = deal_scores.horizon_steps
            and methods.method = deal_scores.method

),

shared as (

    select
        joined.*,
        covered / cast(nullif(intervals, 0) as double) as coverage,
        covered * independent_intervals / cast(nullif(intervals, 0) as double) as independent_covered
    from joined

),

final as (

    select
        shared.*,
        {{ wilson_bound('independent_covered', 'independent_intervals', 1.96, '-') }} as coverage_lo,
        {{ wilson_bound('independent_covered', 'independent_intervals', 1.96, '+') }} as coverage_hi
    from shared

)

select * from final
