with questions as (

    select * from {{ ref('int_condition_questions') }}

),

readings as (

    select * from {{ ref('int_numbered_readings') }}

),

-- all of a field in one order of time: comparing each question with each reading would never end for a long history
moments as (

    select
        deal_key,
        field,
        reading_no,
        since_until as begins_at,
        since_until as ends_at,
        0 as rank_of_moment,
        cast(null as {{ dbt.type_string() }}) as connection,
        cast(null as integer) as version,
        cast(null as {{ dbt.type_string() }}) as step_key
    from readings

    union all

    select
        deal_key,
        field,
        null as reading_no,
        asked_from as begins_at,
        asked_until as ends_at,
        1 as rank_of_moment,
        connection,
        version,
        step_key
    from questions

),

spanned as (

    select
        connection,
        deal_key,
        version,
        step_key,
        field,
        ends_at as asked_until,
        rank_of_moment,
        -- the last reading that for certain held when the question begins: nothing before it matters any more
        max(reading_no) over (
            partition by deal_key, field order by begins_at, rank_of_moment rows unbounded preceding
        ) as settled_no,
        max(reading_no) over (
            partition by deal_key, field order by ends_at, rank_of_moment rows unbounded preceding
        ) as until_no,
        max(reading_no) over (partition by deal_key, field) as readings
    from moments

),

-- where no reading reaches back to the question, any value that the field ever had may be the answer
final as (

    select
        spanned.connection,
        spanned.deal_key,
        spanned.version,
        spanned.step_key,
        spanned.field,
        spanned.asked_until,
        spanned.settled_no is not null as is_settled,
        coalesce(settled.opening_no, 1) as first_no,
        case when spanned.settled_no is null then spanned.readings else spanned.until_no end as last_no
    from spanned
    left join readings as settled
        on
            spanned.deal_key = settled.deal_key
            and spanned.field = settled.field
            and spanned.settled_no = settled.reading_no
    where spanned.rank_of_moment = 1 and spanned.readings is not null

)

select * from final
