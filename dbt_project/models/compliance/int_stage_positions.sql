with stages as (

    select * from {{ source('reference', 'process_stages') }}

),

lengths as (

    select
        version,
        max(stage_order) as last_order
    from stages
    group by version

),

-- won and lost follow every stage; among changes of the same moment a loss is read before a win
sinks as (

    select
        version,
        'lost' as stage_key,
        'Lost' as stage_name,
        last_order + 1 as position
    from lengths
    union all
    select
        version,
        'won' as stage_key,
        'Won' as stage_name,
        last_order + 2 as position
    from lengths

),

final as (

    select
        version,
        stage_key,
        stage_name,
        stage_order as position,
        false as is_sink,
        is_optional,
        max_days,
        probability
    from stages

    union all

    select
        version,
        stage_key,
        stage_name,
        position,
        true as is_sink,
        true as is_optional,
        cast(null as double) as max_days,
        case when stage_key = 'won' then cast(1 as double) else cast(0 as double) end as probability
    from sinks

)

select * from final
