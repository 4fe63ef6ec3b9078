with candidates as (

    select * from {{ ref('int_step_candidates') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

judged_types as (

    select * from {{ source('reference', 'process_deal_types') }}

),

conditions as (

    select * from {{ ref('int_step_conditions') }}

),

-- of several versions that know the step, the one in force when the deal came into the stage decides
ranked as (

    select
        candidates.*,
        row_number() over (
            partition by deal_key, step_key
            order by case when is_in_force then 0 else 1 end, version desc
        ) as choice
    from candidates

),

final as (

    select
        ranked.connection,
        ranked.deal_key,
        ranked.version,
        ranked.step_key,
        ranked.stage_key,
        ranked.entered_at,
        case when ranked.undatable_reason is null then ranked.gate_at end as gate_at,
        ranked.gate_visit_no,
        ranked.is_won_gate,
        ranked.is_gate_day,
        ranked.is_entered_before_gate,
        ranked.stands_in_stage,
        coalesce(
            ranked.undatable_reason,
            'whether it is asked of this deal depends on its ' || conditions.doubtful_field
            || ', and what that was then is not known'
        ) as unclear_reason,
        deals.judged_at,
        deals.judge_from,
        deals.owner_key,
        steps.is_mandatory,
        coalesce(steps.backfill_policy, 'flag') as backfill_policy,
        steps.after_step_key,
        steps.stage_key = 'lost' as is_on_loss,
        steps.grace_working_days,
        coalesce(steps.deadline_seconds, steps.grace_seconds, 0) as grace_seconds,
        case
            when not deals.is_judged then deals.unjudged_reason
            when not ranked.is_in_force then 'not_in_force'
            when judged_types.deal_type is null then 'deal_type'
            when conditions.failing_field is not null
                then 'the process does not ask for it with this ' || conditions.failing_field
        end as inapplicable_reason
    from ranked
    inner join deals on ranked.deal_key = deals.deal_key
    inner join steps on ranked.version = steps.version and ranked.step_key = steps.step_key
    left join judged_types
        on ranked.version = judged_types.version and deals.deal_type = judged_types.deal_type
    left join conditions
        on
            ranked.deal_key = conditions.deal_key
            and ranked.version = conditions.version
            and ranked.step_key = conditions.step_key
    where ranked.choice = 1

)

select * from final
