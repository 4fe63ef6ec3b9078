with told as (

    select * from {{ ref('int_payoff_told') }}
    where step_key is not null

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

final as (

    select
        {{ surrogate_key(
            ['told.deal_type', 'told.step_key', 'told.comparison', 'told.stratum', 'told.is_pooled']
        ) }} as step_value_id,
        told.deal_type,
        told.stage_key,
        told.stage_name,
        told.stage_order,
        told.step_key,
        told.step_name,
        {{ payoff_columns('told') }},
        settings.as_of
    from told
    cross join settings

)

select * from final
