with named as (

    select
        judged.*,
        stages.stage_name,
        steps.step_name,
        coalesce('"' || steps.step_name || '"', 'every mandatory step') as subject,
        row_number() over (
            partition by judged.deal_type, judged.stage_key, judged.step_key
            order by stages.version desc, steps.version desc
        ) as recency
    from {{ ref('int_payoff_spread_verdicts') }} as judged
    left join {{ source('reference', 'process_stages') }} as stages on judged.stage_key = stages.stage_key
    left join {{ source('reference', 'process_steps') }} as steps on judged.step_key = steps.step_key

)

select
    {{ surrogate_key(['named.deal_type', 'named.stage_key', 'named.step_key']) }} as predictability_id,
    named.deal_type,
    named.stage_key,
    named.stage_name,
    named.step_key,
    named.step_name,
    cast(named.deals_kept as bigint) as deals_kept,
    cast(named.deals_not_kept as bigint) as deals_not_kept,
    cast(named.won_kept as bigint) as won_kept,
    cast(named.won_not_kept as bigint) as won_not_kept,
    case when named.is_enough then named.spread_kept end as spread_kept,
    case when named.is_enough then named.spread_not_kept end as spread_not_kept,
    case when named.is_enough then named.difference end as spread_difference,
    case when named.is_enough then named.difference - 1.959964 * named.error end as spread_difference_low,
    case when named.is_enough then named.difference + 1.959964 * named.error end as spread_difference_high,
    case when named.is_enough then named.difference_alike end as spread_difference_alike,
    case when named.is_enough then named.difference_alike - 1.959964 * named.error_alike end
        as spread_difference_alike_low,
    case when named.is_enough then named.difference_alike + 1.959964 * named.error_alike end
        as spread_difference_alike_high,
    cast(named.comparisons as bigint) as comparisons,
    named.verdict,
    'Left ' || named.stage_name || ': '
    || case
        when not named.is_enough
            then
                'too few won deals that had an amount then to compare, ' || {{ in_full('named.won_kept') }} || ' with '
                || named.subject || ' in time and ' || {{ in_full('named.won_not_kept') }} || ' without; '
                || {{ in_full('named.fewest') }} || ' of each are needed'
        else
            'a forecast of 100 such deals with ' || named.subject || ' in time (seen on '
            || {{ in_full('named.deals_kept') }} || ') is off by '
            || {{ in_points('named.spread_kept / 10') }} || ' % as a rule, of 100 without (seen on '
            || {{ in_full('named.deals_not_kept') }} || ') by '
            || {{ in_points('named.spread_not_kept / 10') }} || ' %: ' || named.verdict
            || case when named.verdict = 'associated' then ', which does not say that it is the cause' else '' end
    end as sentence,
    settings.as_of
from named
cross join {{ source('reference', 'settings') }} as settings
where named.recency = 1
