with records as (

    select * from {{ ref('int_possible_records') }}

),

final as (

    select
        deal_key,
        version,
        step_key,
        min(coalesce(happened_at, cast('0001-01-01' as timestamp))) as first_at
    from records
    group by deal_key, version, step_key

)

select * from final
