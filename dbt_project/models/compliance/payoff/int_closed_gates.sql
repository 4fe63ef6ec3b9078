with steps as (

    select * from {{ ref('int_closed_steps') }}

),

paths as (

    select * from {{ ref('int_deal_paths') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

margins as (

    select
        deal_key,
        {{ to_ratio('value') }} as margin,
        row_number() over (partition by deal_key order by changed_at desc nulls last, change_id desc) as place
    from {{ ref('int_field_changes') }}
    where field = 'margin'

),

visits as (

    select * from {{ ref('int_visits') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

-- one breach is a breach, whatever else is in doubt; without one, a doubt is a doubt
gates as (

    select
        connection,
        deal_key,
        stage_key,
        min(version) as version,
        min(gate_at) as gate_at,
        min(gate_visit_no) as gate_visit_no,
        case
            when max(case when is_mandatory and arm = 'closed_first' then 1 else 0 end) = 1 then 'closed_first'
            when max(case when is_mandatory and arm = 'not_kept' then 1 else 0 end) = 1 then 'not_kept'
            when max(case when is_mandatory and arm = 'unclear' then 1 else 0 end) = 1 then 'unclear'
            when max(case when is_mandatory then 1 else 0 end) = 1 then 'kept'
        end as arm
    from steps
    group by connection, deal_key, stage_key

),

final as (

    select
        gates.*,
        paths.deal_type,
        paths.owner_key,
        paths.status = 'won' as is_won,
        case
            when paths.status = 'won' and paths.current_since >= gates.gate_at
                then {{ seconds_between('gates.gate_at', 'paths.current_since') }} / 86400
        end as days_to_win,
        case when paths.status = 'won' then margins.margin end as margin,
        case
            when paths.status = 'won' then (1 - positions.probability) * (1 - positions.probability)
            else positions.probability * positions.probability
        end as brier,
        deals.amount_home,
        cast(deals.amount_home / nullif(deals.amount, 0) as double) as home_rate
    from gates
    inner join paths on gates.deal_key = paths.deal_key
    inner join deals on gates.deal_key = deals.deal_key
    left join margins on gates.deal_key = margins.deal_key and margins.place = 1
    left join visits on gates.deal_key = visits.deal_key and gates.gate_visit_no = visits.visit_no
    left join positions on gates.version = positions.version and visits.stage_key = positions.stage_key

)

select * from final
