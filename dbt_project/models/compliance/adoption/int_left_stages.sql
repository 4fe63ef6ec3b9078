{#- How far back the baseline looks, and how long after leaving a stage a record still counts as made by then: one day,
    as people write down in the evening what they did. -#}
{%- set back = 'cast(-86400 as bigint) * ' ~ var('baseline_days', 365) -%}
{%- set grace = 'cast(' ~ var('baseline_grace_seconds', 86400) ~ ' as bigint)' -%}
with gates as (

    select
        deal_key,
        stage_key,
        min(gate_at) as gate_at,
        min(gate_visit_no) as gate_visit_no
    from {{ ref('int_gates') }}
    where is_in_force and gate_at is not null
    group by deal_key, stage_key

),

deals as (

    select * from {{ ref('int_judged_deals') }}
    where is_judged

),

final as (

    select
        deals.connection,
        deals.deal_key,
        deals.deal_type,
        gates.stage_key,
        gates.gate_at,
        {{ local_date('gates.gate_at', 'settings.time_zone') }} as gate_day,
        {{ add_seconds('gates.gate_at', grace) }} as counts_until,
        coalesce(people.team_key, '(none)') as team_key
    from gates
    inner join deals on gates.deal_key = deals.deal_key
    cross join {{ source('reference', 'settings') }} as settings
    left join {{ ref('int_visit_people') }} as people
        on gates.deal_key = people.deal_key and gates.gate_visit_no = people.visit_no
    where
        gates.gate_at >= {{ add_seconds('settings.as_of', back) }}
        and {{ add_seconds('gates.gate_at', grace) }} <= deals.judged_at

)

select * from final
