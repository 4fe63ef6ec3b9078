with gates as (

    select * from {{ ref('int_closed_gates') }}

),

steps as (

    select * from {{ ref('int_closed_steps') }}

),

held as (

    select * from {{ ref('int_landmark_values') }}

),

placed as (

    select
        gates.*,
        case
            when held.amount_home > 0
                then
                    case
                        when gates.is_won then cast(gates.amount_home as double) / cast(held.amount_home as double)
                        else 0
                    end
        end as worth,
        coalesce(held.segment, '(none)') as segment,
        coalesce(held.owner_key, '(nobody)') as gate_owner_key,
        cast(
            cast({{ dbt.date_trunc('quarter', 'gates.gate_at') }} as date) as {{ dbt.type_string() }}
        ) as quarter,
        case
            when held.amount_home is null then '(none)'
            when
                cume_dist() over (
                    partition by gates.deal_type, gates.stage_key, held.amount_home is null
                    order by held.amount_home
                ) <= 1 / cast(3 as double)
                then 'lowest third'
            when
                cume_dist() over (
                    partition by gates.deal_type, gates.stage_key, held.amount_home is null
                    order by held.amount_home
                ) <= 2 / cast(3 as double)
                then 'middle third'
            else 'highest third'
        end as amount_band
    from gates
    left join held on gates.deal_key = held.deal_key and gates.stage_key = held.stage_key

),

-- all mandatory steps of a stage together (step_key null), and each step by itself
final as (

    select
        deal_type,
        stage_key,
        cast(null as {{ dbt.type_string() }}) as step_key,
        arm,
        is_won,
        days_to_win,
        margin,
        brier,
        worth,
        amount_band,
        segment,
        gate_owner_key,
        quarter
    from placed
    where arm is not null

    union all

    select
        placed.deal_type,
        steps.stage_key,
        steps.step_key,
        steps.arm,
        placed.is_won,
        placed.days_to_win,
        placed.margin,
        placed.brier,
        placed.worth,
        placed.amount_band,
        placed.segment,
        placed.gate_owner_key,
        placed.quarter
    from placed
    inner join steps on placed.deal_key = steps.deal_key and placed.stage_key = steps.stage_key

)

select * from final
