{#- The graces, in seconds, and the policies on late records that are tried beside those that the process sets. -#}
{%- set graces = [0, 60, 3600, 86400] -%}
{%- set policies = ['flag', 'accept', 'reject'] -%}
{%- set moments = {'done_at': 'done_needs', 'proven_at': 'proven_needs', 'judged_at': 'open_with'} -%}

with verdicts as (

    select
        verdicts.*,
        deals.deal_type,
        coalesce(verdicts.gate_until, verdicts.gate_at) as left_until
    from {{ ref('int_step_verdicts') }} as verdicts
    inner join {{ ref('int_deal_paths') }} as deals on verdicts.deal_key = deals.deal_key
    where
        verdicts.is_mandatory
        and not verdicts.is_on_loss
        and verdicts.gate_at is not null
        and verdicts.state <> 'not_applicable'

),

-- the least of the graces with which the step is done in time, recorded in time, or not yet to be judged
slack as (

    select
        deal_type,
        step_key,
        is_judged_at_gate,
        done_at is not null as is_done,
        doubt is not null as is_doubtful,
        {%- for moment, name in moments.items() %}
            case
                {%- for grace in graces %}
                    {%- set seconds = 'cast(' ~ grace ~ ' as bigint)' %}
                    when {{ moment }} <= {{ add_seconds('left_until', seconds) }} then {{ grace }}
                {%- endfor %}
            end as {{ name }},
        {%- endfor %}
        case when state in ('done', 'done_in_grace') then 'ok' else state end as state_now
    from verdicts

),

grouped as (

    select
        slack.*,
        count(*) as steps
    from slack
    group by
        deal_type, step_key, is_judged_at_gate, is_done, is_doubtful, state_now, done_needs, proven_needs, open_with

),

graces as (
    {% for grace in graces %}
        select cast({{ grace }} as bigint) as grace_seconds {{ 'union all' if not loop.last }}
    {% endfor %}
),

policies as (
    {% for policy in policies %}
        select '{{ policy }}' as backfill_policy {{ 'union all' if not loop.last }}
    {% endfor %}
),

tried as (

    select
        grouped.*,
        graces.grace_seconds,
        policies.backfill_policy,
        case
            when state_now = 'unknown' and not is_doubtful then 'unknown'
            when done_needs <= grace_seconds and proven_needs <= grace_seconds then 'ok'
            when done_needs <= grace_seconds and backfill_policy = 'accept' then 'ok'
            when done_needs <= grace_seconds and backfill_policy = 'flag' then 'backfilled'
            when done_needs <= grace_seconds then 'late'
            when is_doubtful then 'unknown'
            when is_done then 'late'
            when open_with <= grace_seconds and not is_judged_at_gate then 'pending'
            else 'missing'
        end as state
    from grouped
    cross join graces
    cross join policies

),

summed as (

    select
        deal_type,
        step_key,
        grace_seconds,
        backfill_policy,
        cast(sum(case when state not in ('unknown', 'pending') then steps else 0 end) as bigint) as due,
        {%- for state in ['ok', 'late', 'missing', 'backfilled', 'unknown', 'pending'] %}
            cast(sum(case when state = '{{ state }}' then steps else 0 end) as bigint) as {{ state }},
        {%- endfor %}
        cast(sum(case when state <> state_now then steps else 0 end) as bigint) as changed
    from tried
    group by deal_type, step_key, grace_seconds, backfill_policy

),

final as (

    select
        {{ surrogate_key(['deal_type', 'step_key', 'grace_seconds', 'backfill_policy']) }} as sensitivity_id,
        summed.*,
        case when due > 0 then {{ safe_divide('ok', 'due + unknown') }} end as rate_low,
        case when due > 0 then {{ safe_divide('ok + backfilled + unknown', 'due + unknown') }} end as rate_high,
        settings.as_of
    from summed
    cross join {{ source('reference', 'settings') }} as settings

)

select * from final
