{%- set counts = [
    'due', 'ok', 'unknown_steps', 'backfilled_steps', 'pending_steps', 'waived_steps', 'due_without_waivers',
    'ok_without_waivers', 'backfilled_without_waivers', 'unknown_without_waivers'
] -%}
{%- set high = 'ok_without_waivers + backfilled_without_waivers + unknown_without_waivers' -%}

with deals as (

    select * from {{ ref('int_deal_paths') }}

),

results as (

    select * from {{ ref('fct_step_results') }}

),

findings as (

    select * from {{ ref('fct_findings') }}

),

steps as (

    select
        deal_key,
        sum(case when is_due then 1 else 0 end) as due,
        sum(case when is_ok then 1 else 0 end) as ok,
        sum(case when is_mandatory and state = 'unknown' then 1 else 0 end) as unknown_steps,
        sum(case when is_due and state = 'backfilled' then 1 else 0 end) as backfilled_steps,
        sum(case when is_mandatory and state = 'pending' then 1 else 0 end) as pending_steps,
        sum(case when is_mandatory and state = 'waived' then 1 else 0 end) as waived_steps,
        sum(case when is_due_without_waiver then 1 else 0 end) as due_without_waivers,
        sum(
            case when is_due_without_waiver and state_without_waiver in ('done', 'done_in_grace') then 1 else 0 end
        ) as ok_without_waivers,
        sum(
            case when is_due_without_waiver and state_without_waiver = 'backfilled' then 1 else 0 end
        ) as backfilled_without_waivers,
        sum(case when is_mandatory and state_without_waiver = 'unknown' then 1 else 0 end) as unknown_without_waivers
    from results
    group by deal_key

),

found as (

    select
        deal_key,
        count(*) as findings,
        sum(case when is_alert then 1 else 0 end) as alerts
    from findings
    group by deal_key

),

counted as (

    select
        deals.*,
        {%- for count in counts %}
            cast(coalesce(steps.{{ count }}, 0) as integer) as {{ count }},
        {%- endfor %}
        cast(coalesce(found.findings, 0) as integer) as findings,
        cast(coalesce(found.alerts, 0) as integer) as alerts
    from deals
    left join steps on deals.deal_key = steps.deal_key
    left join found on deals.deal_key = found.deal_key

),

-- a deal that owes nothing has no rate, and never 100 %
final as (

    select
        connection,
        crm,
        deal_key,
        deal_id,
        owner_key,
        deal_type,
        status,
        current_stage_key as stage_key,
        is_judged,
        unjudged_reason,
        is_truncated,
        amount_home,
        due,
        ok,
        unknown_steps,
        backfilled_steps,
        pending_steps,
        case when due > 0 then {{ safe_divide('ok', 'due + unknown_steps') }} end as rate_low,
        case
            when due > 0
                then {{ safe_divide('ok + backfilled_steps + unknown_steps', 'due + unknown_steps') }}
        end as rate_high,
        waived_steps,
        due_without_waivers,
        ok_without_waivers,
        case
            when due_without_waivers > 0
                then {{ safe_divide('ok_without_waivers', 'due_without_waivers + unknown_without_waivers') }}
        end as rate_low_without_waivers,
        case
            when due_without_waivers > 0
                then {{ safe_divide(high, 'due_without_waivers + unknown_without_waivers') }}
        end as rate_high_without_waivers,
        findings,
        alerts,
        judged_at,
        as_of
    from counted

)

select * from final
