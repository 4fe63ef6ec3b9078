with told as (

    select * from {{ ref('int_payoff_told') }}
    where step_key is null

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

final as (

    select
        {{ surrogate_key(['told.deal_type', 'told.stage_key', 'told.comparison', 'told.stratum', 'told.is_pooled']) }}
            as payoff_id,
        told.deal_type,
        told.stage_key,
        told.stage_name,
        told.stage_order,
        {{ payoff_columns('told') }},
        settings.as_of
    from told
    cross join settings

)

select * from final
