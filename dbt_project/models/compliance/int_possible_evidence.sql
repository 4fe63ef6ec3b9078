with possible as (

    select * from {{ ref('int_possible_terms') }}

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
        lateness,
        doubt
    from possible

    union all

    select
        certain.deal_key,
        certain.version,
        certain.step_key,
        certain.alternative,
        certain.term,
        certain.lateness,
        cast(null as integer) as doubt
    from {{ ref('int_certain_terms') }} as certain

),

-- 4 is what is not there at all; what is there for certain leaves no doubt
parts as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        min(lateness) as lateness,
        min(case when doubt is null then lateness else 4 end) as certain_lateness,
        min(case when doubt in (1, 2, 5) then 4 else lateness end) as recorded_lateness,
        min(doubt) as doubt
    from pieces
    group by deal_key, version, step_key, alternative, term

),

-- ways of doing the step of which every part is there, or may be: each is as late as its latest part
ways as (

    select
        parts.deal_key,
        parts.version,
        parts.step_key,
        -- what could not be read, or was not logged, has not come late
        case
            when max(parts.lateness) < 3 then max(parts.lateness)
            else max(parts.recorded_lateness)
        end as lateness,
        max(parts.certain_lateness) as certain_lateness,
        min(case when parts.lateness < parts.certain_lateness then parts.doubt end) as doubt
    from parts
    inner join alternatives
        on
            parts.version = alternatives.version
            and parts.step_key = alternatives.step_key
            and parts.alternative = alternatives.alternative
    group by parts.deal_key, parts.version, parts.step_key, parts.alternative
    having count(*) = max(alternatives.terms_needed)

),

ranked as (

    select
        ways.*,
        min(certain_lateness) over (partition by deal_key, version, step_key) as least_certain,
        row_number() over (partition by deal_key, version, step_key order by lateness, doubt) as place
    from ways

),

-- the best that the step may be, where that is better than what is certain
final as (

    select
        deal_key,
        version,
        step_key,
        lateness,
        -- of what came too late whatever it was, nothing is doubted
        case when lateness < 3 then doubt end as doubt
    from ranked
    where place = 1 and lateness < least_certain

)

select * from final
