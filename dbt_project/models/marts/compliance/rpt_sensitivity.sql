{%- set policies = ['flag', 'accept', 'reject'] -%}
{%- set clocks = ['completion', 'start'] -%}

with slack as (

    select * from {{ ref('int_step_slack') }}

),

graces as (
    {% for grace in graces_tried() %}
        select cast({{ grace }} as bigint) as grace_seconds {{ 'union all' if not loop.last }}
    {% endfor %}
),

policies as (
    {% for policy in policies %}
        select '{{ policy }}' as backfill_policy {{ 'union all' if not loop.last }}
    {% endfor %}
),

clocked as (
    {% for clock in clocks %}
        select
            slack.*,
            '{{ clock }}' as clock_tried,
            case when clock = '{{ clock }}' then done_needs else other_done_needs end as done_with,
            case when clock = '{{ clock }}' then proven_needs else other_proven_needs end as proven_with
        from slack {{ 'union all' if not loop.last }}
    {% endfor %}
),

tried as (

    select
        clocked.*,
        graces.grace_seconds,
        policies.backfill_policy,
        case
            when done_with <= grace_seconds and proven_with <= grace_seconds then 'ok'
            when done_with <= grace_seconds and backfill_policy = 'accept' then 'ok'
            when done_with <= grace_seconds and backfill_policy = 'flag' then 'backfilled'
            when done_with <= grace_seconds then 'late'
            when is_doubtful then 'unknown'
            when is_done then 'late'
            when open_with <= grace_seconds and not is_judged_at_gate then 'pending'
            else 'missing'
        end as state_then
    from clocked
    cross join graces
    cross join policies

),

summed as (

    select
        deal_type,
        step_key,
        grace_seconds,
        clock_tried as clock,
        backfill_policy,
        cast(sum(case when state_then not in ('unknown', 'pending') then steps else 0 end) as bigint) as due,
        {%- for state in ['ok', 'late', 'missing', 'backfilled', 'unknown', 'pending'] %}
            cast(sum(case when state_then = '{{ state }}' then steps else 0 end) as bigint) as {{ state }},
        {%- endfor %}
        cast(sum(case when state_then <> state then steps else 0 end) as bigint) as changed
    from tried
    group by deal_type, step_key, grace_seconds, clock_tried, backfill_policy

),

final as (

    select
        {{ surrogate_key(['deal_type', 'step_key', 'grace_seconds', 'clock', 'backfill_policy']) }} as sensitivity_id,
        summed.*,
        case when due > 0 then {{ safe_divide('ok', 'due + unknown') }} end as rate_low,
        case when due > 0 then {{ safe_divide('ok + backfilled + unknown', 'due + unknown') }} end as rate_high,
        settings.as_of
    from summed
    cross join {{ source('reference', 'settings') }} as settings

)

select * from final
