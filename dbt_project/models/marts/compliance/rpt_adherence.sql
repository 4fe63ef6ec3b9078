{# What rates are cut by, and the column that holds it. #}
{%- set cuts = {
    'company': "'all'",
    'team': 'team_at_gate',
    'rep': 'owner_key_at_gate',
    'segment': 'segment',
    'stage': 'stage_key',
    'step': 'step_key',
    'version': 'cast(process_version as ' ~ dbt.type_string() ~ ')',
} -%}
{%- set counts = ['due', 'ok', 'late', 'missing', 'backfilled', 'unknown', 'waived'] -%}
{%- set grain = [
    'deal_type', 'segment', 'gate_month', 'process_version', 'stage_key', 'step_key', 'owner_key_at_gate',
    'team_at_gate', 'is_in_rep_rates',
] -%}

with results as (

    select
        results.*,
        deals.deal_type,
        segments.segment,
        cast({{ dbt.date_trunc('month', local_date('results.gate_at', 'settings.time_zone')) }} as date) as gate_month
    from {{ ref('fct_step_results') }} as results
    cross join {{ source('reference', 'settings') }} as settings
    inner join {{ ref('int_deal_paths') }} as deals on results.deal_key = deals.deal_key
    left join {{ ref('int_deal_segments') }} as segments on results.deal_key = segments.deal_key
    where results.is_mandatory and (results.is_due or results.state in ('unknown', 'waived'))

),

counted as (

    select
        {{ grain | join(', ') }},
        {%- for state in counts[2:] %}
            sum(case when state = '{{ state }}' then 1 else 0 end) as {{ state }},
        {%- endfor %}
        sum(case when is_due then 1 else 0 end) as due,
        sum(case when is_ok then 1 else 0 end) as ok
    from results
    group by {{ grain | join(', ') }}

),

-- a move by a machine, or by nobody knows whom, says nothing about a rep
cut_up as (
    {% for cut, value in cuts.items() %}
        select
            '{{ cut }}' as cut,
            coalesce({{ value }}, 'not known') as value,
            deal_type,
            gate_month,
            {{ counts | join(', ') }}
        from counted
        {%- if cut == 'rep' %}
            where is_in_rep_rates
        {%- endif %}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- doubts about the very moment of leaving are in no month, only in the whole
summed as (
    {% for period in ['whole', 'month'] %}
        select
            cut,
            value,
            deal_type,
            '{{ period }}' as period,
            {%- for count in counts %}
                cast(sum({{ count }}) as bigint) as {{ count }},
            {%- endfor %}
            {{ 'gate_month' if period == 'month' else 'cast(null as date)' }} as gate_month
        from cut_up
        {%- if period == 'month' %}
            where gate_month is not null
        {%- endif %}
        group by cut, value, deal_type{{ ', gate_month' if period == 'month' }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- what nothing was due for is no rate, and a handful is none of a person
refused as (

    select
        summed.*,
        case
            when due = 0 then 'nothing was due'
            when cut = 'rep' and due < {{ var('rep_rate_min_due', 10) }}
                then 'fewer than {{ var("rep_rate_min_due", 10) }} were due'
        end as no_rate_reason
    from summed

),

final as (

    select
        {{ surrogate_key(['cut', 'value', 'deal_type', 'gate_month']) }} as adherence_id,
        refused.*,
        case when no_rate_reason is null then {{ safe_divide('ok', 'due + unknown') }} end as rate_low,
        case
            when no_rate_reason is null then {{ safe_divide('ok + backfilled + unknown', 'due + unknown') }}
        end as rate_high,
        settings.as_of
    from refused
    cross join {{ source('reference', 'settings') }} as settings

)

select * from final
