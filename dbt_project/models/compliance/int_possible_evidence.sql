with found as (

    select * from {{ ref('int_term_evidence') }}

),

possible as (

    select * from {{ ref('int_possible_terms') }}

),

repeatables as (

    select
        version,
        step_key,
        alternative,
        term,
        coalesce(min_count, 1) > 1 or coalesce(distinct_days, 1) > 1 as is_repeated
    from {{ source('reference', 'step_terms') }}

),

alternatives as (

    select
        version,
        step_key,
        alternative,
        count(*) as terms_needed
    from {{ source('reference', 'step_terms') }}
    group by version, step_key, alternative

),

pieces as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        doubt
    from possible

    union all

    -- of what is counted, one record without a date is not enough; that was weighed before
    select
        found.deal_key,
        found.version,
        found.step_key,
        found.alternative,
        found.term,
        case when found.timely_at is null then 3 end as doubt
    from found
    inner join repeatables
        on
            found.version = repeatables.version
            and found.step_key = repeatables.step_key
            and found.alternative = repeatables.alternative
            and found.term = repeatables.term
    where found.timely_at is not null or (found.has_undated and not repeatables.is_repeated)

),

parts as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        -- what is there for certain leaves no doubt
        case when count(doubt) = count(*) then min(doubt) end as doubt
    from pieces
    group by deal_key, version, step_key, alternative, term

),

-- ways of doing the step of which every part was there in time, or may have been
ways as (

    select
        parts.deal_key,
        parts.version,
        parts.step_key,
        min(parts.doubt) as doubt
    from parts
    inner join alternatives
        on
            parts.version = alternatives.version
            and parts.step_key = alternatives.step_key
            and parts.alternative = alternatives.alternative
    group by parts.deal_key, parts.version, parts.step_key, parts.alternative
    having count(*) = max(alternatives.terms_needed)

),

final as (

    select
        deal_key,
        version,
        step_key,
        min(doubt) as doubt
    from ways
    where doubt is not null
    group by deal_key, version, step_key

)

select * from final
