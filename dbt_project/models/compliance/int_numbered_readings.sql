with readings as (

    select
        *,
        row_number() over (partition by deal_key, field order by since_until, since_from, value) as reading_no,
        rank() over (partition by deal_key, field order by since_until) as first_of_moment
    from {{ ref('int_condition_readings') }}

),

-- both ends of each reading in one order of time: comparing each with each would never end for a long history
ends as (

    select
        deal_key,
        field,
        reading_no,
        null as own_no,
        since_until as place,
        0 as rank_of_end
    from readings

    union all

    select
        deal_key,
        field,
        null as reading_no,
        reading_no as own_no,
        since_from as place,
        1 as rank_of_end
    from readings

),

behind as (

    select
        deal_key,
        field,
        own_no,
        max(reading_no) over (
            partition by deal_key, field order by place, rank_of_end rows unbounded preceding
        ) as last_before
    from ends

),

-- what may lie within a reading's own time is not before it
final as (

    select
        readings.deal_key,
        readings.field,
        readings.value,
        readings.since_from,
        readings.since_until,
        readings.reading_no,
        least(
            readings.first_of_moment,
            max(coalesce(behind.last_before, 0) + 1) over (
                partition by readings.deal_key, readings.field, readings.since_until
            )
        ) as opening_no
    from readings
    inner join behind
        on
            readings.deal_key = behind.deal_key
            and readings.field = behind.field
            and readings.reading_no = behind.own_no

)

select * from final
