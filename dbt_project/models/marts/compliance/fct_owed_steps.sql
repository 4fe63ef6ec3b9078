with results as (

    select * from {{ ref('fct_step_results') }}
    where is_mandatory and state = 'pending'

),

deals as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged and status = 'open'

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

stages as (

    select * from {{ ref('int_stage_positions') }}

),

stays as (

    select
        deal_key,
        stage_key,
        min(first_entered_at) as entered_at,
        max(days_so_far) as days_in_stage
    from {{ ref('int_stage_times') }}
    group by deal_key, stage_key

),

final as (

    select
        results.result_id as owed_id,
        results.connection,
        results.crm,
        results.deal_key,
        results.deal_id,
        results.owner_key,
        deals.deal_type,
        deals.amount_home,
        results.stage_key,
        stages.stage_name,
        results.step_key,
        steps.step_name,
        steps.why,
        steps.severity,
        steps.evidence_text as what_counts,
        results.process_version,
        results.gate_at is not null as has_left_stage,
        results.deadline_at as owed_until,
        stays.entered_at,
        cast(stays.days_in_stage as double) as days_in_stage,
        stages.max_days,
        results.judged_at,
        results.as_of
    from results
    inner join deals on results.deal_key = deals.deal_key
    inner join steps on results.process_version = steps.version and results.step_key = steps.step_key
    inner join stages on results.process_version = stages.version and results.stage_key = stages.stage_key
    left join stays on results.deal_key = stays.deal_key and results.stage_key = stays.stage_key

)

select * from final
