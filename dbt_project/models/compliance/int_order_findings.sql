with orders as (

    select * from {{ ref('int_step_order') }}
    where is_out_of_order

),

verdicts as (

    select * from {{ ref('int_step_verdicts') }}
    where state <> 'not_applicable'

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

final as (

    select
        orders.deal_key,
        'out_of_order' as kind,
        'out_of_order' as family,
        orders.step_key as subject,
        orders.step_key,
        verdicts.stage_key,
        'low' as severity,
        orders.done_at as since,
        cast(null as integer) as visit_no,
        cast(null as {{ dbt.type_string() }}) as moved_by,
        cast(null as {{ dbt.type_string() }}) as moved_by_kind,
        false as is_alert,
        waivers.deal_key is not null as is_waived,
        '"' || steps.step_name || '" was done before "' || predecessors.step_name || '"' as sentence
    from orders
    inner join verdicts on orders.deal_key = verdicts.deal_key and orders.step_key = verdicts.step_key
    inner join verdicts as before
        on orders.deal_key = before.deal_key and orders.after_step_key = before.step_key
    inner join steps on verdicts.version = steps.version and verdicts.step_key = steps.step_key
    inner join steps as predecessors
        on before.version = predecessors.version and before.step_key = predecessors.step_key
    left join {{ ref('int_step_waivers') }} as waivers
        on orders.deal_key = waivers.deal_key and orders.step_key = waivers.step_key

)

select * from final
