{{ config(materialized='view') }}

with deals as (

    select * from {{ ref('int_deal_paths') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

scopes as (

    select * from {{ ref('int_step_scopes') }}

),

known as (

    select
        step_key,
        count(*) as versions
    from steps
    group by step_key

),

-- of several versions that know the step, the one in force when the deal came into the stage decides, or when it went
-- past it; each branch reads the candidates itself, as the one that has none then reads nothing
ranked as (

    select
        candidates.*,
        1 as choice
    from {{ ref('int_step_candidates') }} as candidates
    inner join known on candidates.step_key = known.step_key
    where known.versions = 1

    union all

    select
        candidates.*,
        row_number() over (
            partition by candidates.deal_key, candidates.step_key
            order by
                case when candidates.is_in_force then 0 else 1 end,
                case
                    when candidates.gate_visit_no is not null then 0
                    when candidates.undatable_reason is not null then 1
                    else 2
                end,
                case when candidates.is_in_force then candidates.version else -candidates.version end
        ) as choice
    from {{ ref('int_step_candidates') }} as candidates
    inner join known on candidates.step_key = known.step_key
    where known.versions > 1

),

final as (

    select
        ranked.connection,
        ranked.deal_key,
        ranked.version,
        ranked.step_key,
        ranked.stage_key,
        ranked.entered_at,
        -- a history that begins in the stage does not tell when the deal came into it
        deals.first_stage_key <> ranked.stage_key or not deals.is_truncated as is_entry_known,
        case when ranked.undatable_reason is null then ranked.gate_at end as gate_at,
        case when ranked.undatable_reason is null then ranked.gate_visit_no end as gate_visit_no,
        ranked.is_won_gate,
        ranked.is_gate_day,
        ranked.is_entered_before_gate,
        ranked.stands_in_stage,
        coalesce(ranked.undatable_reason, scopes.doubtful_reason) as unclear_reason,
        deals.judged_at,
        deals.owner_key,
        steps.is_mandatory,
        coalesce(steps.backfill_policy, 'flag') as backfill_policy,
        coalesce(steps.must_be_inside, false) as must_be_inside,
        steps.stage_key = 'lost' as is_on_loss,
        steps.grace_working_days,
        coalesce(steps.deadline_seconds, steps.grace_seconds, 0) as grace_seconds,
        case
            when not deals.is_judged then deals.unjudged_reason
            when not ranked.is_in_force then 'not_in_force'
            else scopes.inapplicable_reason
        end as inapplicable_reason
    from ranked
    inner join deals on ranked.deal_key = deals.deal_key
    inner join steps on ranked.version = steps.version and ranked.step_key = steps.step_key
    left join scopes
        on
            ranked.deal_key = scopes.deal_key
            and ranked.version = scopes.version
            and ranked.step_key = scopes.step_key
    where ranked.choice = 1

)

select * from final
