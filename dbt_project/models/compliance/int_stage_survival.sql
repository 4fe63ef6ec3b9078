with stays as (

    select * from {{ ref('int_stays') }}
    where is_whole

),

-- in whole days: who left during a day left by its end; who is still there was seen to its last full day
daily as (

    select
        deal_type,
        stage_key,
        segment,
        cast(case when has_left then ceil(days) else floor(days) end as integer) as day,
        count(*) as stays,
        sum(case when has_left then 1 else 0 end) as left_stays
    from stays
    group by
        deal_type, stage_key, segment, cast(case when has_left then ceil(days) else floor(days) end as integer)

),

-- each segment by itself, and the stage as a whole (no segment)
grouped as (

    select * from daily
    where segment is not null

    union all

    select
        deal_type,
        stage_key,
        cast(null as {{ dbt.type_string() }}) as segment,
        day,
        sum(stays) as stays,
        sum(left_stays) as left_stays
    from daily
    group by deal_type, stage_key, day

),

at_risk as (

    select
        grouped.*,
        sum(stays) over (partition by deal_type, stage_key, segment order by day desc) as stays_at_risk
    from grouped

),

-- Kaplan and Meier: of those seen that long, the share that stayed on, day by day, multiplied
final as (

    select
        deal_type,
        stage_key,
        segment,
        day,
        cast(stays as bigint) as stays,
        cast(left_stays as bigint) as left_stays,
        cast(stays_at_risk as bigint) as stays_at_risk,
        case
            when min(stays_at_risk - left_stays) over (
                partition by deal_type, stage_key, segment order by day
            ) = 0 then cast(0 as double)
            else round(
                exp(
                    sum(
                        case
                            when left_stays < stays_at_risk
                                then ln(1 - cast(left_stays as double) / cast(stays_at_risk as double))
                            else 0
                        end
                    ) over (partition by deal_type, stage_key, segment order by day)
                ), 9
            )
        end as share_still_there
    from at_risk

)

select * from final
