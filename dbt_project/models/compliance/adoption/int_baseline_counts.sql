with stages as (

    select * from {{ ref('int_left_stages') }}

),

evidence as (

    select * from {{ ref('int_left_stage_evidence') }}

),

coverage as (

    select * from {{ source('reference', 'coverage') }}

),

-- what could not be read of a deal is neither there nor absent
found as (

    select
        evidence.deal_type,
        evidence.stage_key,
        evidence.team_key,
        evidence.object,
        evidence.candidate,
        sum(case when evidence.found = 'by_then' then 1 else 0 end) as deals_by_then,
        sum(case when evidence.found = 'later' then 1 else 0 end) as deals_later,
        sum(case when evidence.found = 'undated' then 1 else 0 end) as deals_undated
    from evidence
    inner join coverage
        on
            evidence.connection = coverage.connection
            and evidence.object = coverage.object
            and coalesce(coverage.covered_from <= evidence.gate_at, true)
    group by evidence.deal_type, evidence.stage_key, evidence.team_key, evidence.object, evidence.candidate

),

sizes as (

    select
        stages.deal_type,
        stages.stage_key,
        stages.team_key,
        coverage.object,
        count(*) as deals
    from stages
    inner join coverage
        on stages.connection = coverage.connection and coalesce(coverage.covered_from <= stages.gate_at, true)
    group by stages.deal_type, stages.stage_key, stages.team_key, coverage.object

),

candidates as (

    select distinct
        deal_type,
        object,
        candidate
    from found

),

-- a team in which nobody has it is told too
final as (

    select
        sizes.deal_type,
        sizes.stage_key,
        sizes.team_key,
        candidates.candidate,
        sizes.deals,
        coalesce(found.deals_by_then, 0) as deals_by_then,
        coalesce(found.deals_later, 0) as deals_later,
        coalesce(found.deals_undated, 0) as deals_undated
    from sizes
    inner join candidates on sizes.deal_type = candidates.deal_type and sizes.object = candidates.object
    left join found
        on
            sizes.deal_type = found.deal_type
            and sizes.stage_key = found.stage_key
            and sizes.team_key = found.team_key
            and candidates.candidate = found.candidate

)

select * from final
