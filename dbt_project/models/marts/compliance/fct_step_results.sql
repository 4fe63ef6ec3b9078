with verdicts as (

    select * from {{ ref('int_step_verdicts') }}

),

waivers as (

    select * from {{ ref('int_step_waivers') }}

),

deals as (

    select * from {{ ref('int_deal_paths') }}

),

people as (

    select * from {{ ref('int_visit_people') }}

),

modes as (

    select * from {{ ref('int_step_modes') }}

),

orders as (

    select * from {{ ref('int_step_order') }}
    where is_out_of_order

),

duties as (

    select
        verdicts.*,
        waivers.waiver_id,
        case when waivers.waiver_id is null then verdicts.state else 'waived' end as state_with_waiver,
        verdicts.is_mandatory
        and verdicts.gate_at is not null
        and verdicts.state in ('done', 'done_in_grace', 'late', 'missing', 'backfilled') as is_due_without_waiver
    from verdicts
    left join waivers on verdicts.deal_key = waivers.deal_key and verdicts.step_key = waivers.step_key

),

final as (

    select
        {{ surrogate_key(['duties.deal_key', 'duties.step_key']) }} as result_id,
        deals.connection,
        deals.crm,
        duties.deal_key,
        deals.deal_id,
        deals.owner_key,
        people.owner_key as owner_key_at_gate,
        people.team_key as team_at_gate,
        people.moved_by,
        people.moved_by_owner_key,
        people.moved_by_kind,
        duties.stage_key,
        duties.step_key,
        duties.version as process_version,
        duties.is_mandatory,
        duties.state_with_waiver as state,
        duties.state as state_without_waiver,
        duties.waiver_id,
        duties.is_due_without_waiver,
        duties.is_due_without_waiver and duties.waiver_id is null as is_due,
        duties.is_due_without_waiver
        and duties.waiver_id is null
        and duties.state in ('done', 'done_in_grace') as is_ok,
        duties.gate_at is not null
        and people.owner_key is not null
        and coalesce(people.moved_by_kind = 'person', false) as is_in_rep_rates,
        duties.gate_at,
        duties.deadline_at,
        duties.done_at,
        duties.recorded_at,
        coalesce(
            duties.state in ('done', 'done_in_grace', 'backfilled')
            and not duties.is_on_loss
            -- what was done on a day, at a time that nobody wrote down, may have been done until that day's end
            and coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, duties.done_at) < duties.entered_at,
            false
        ) as is_early,
        orders.deal_key is not null as is_out_of_order,
        four_eyes.four_eyes,
        duties.is_due_without_waiver
        and duties.waiver_id is null
        and duties.state = 'missing'
        and not duties.is_judged_at_gate
        and duties.gate_at >= deals.judge_from
        and (deals.status = 'open' or duties.is_on_loss)
        and coalesce(modes.mode, 'alert') = 'alert' as is_alert,
        duties.reason,
        duties.judged_at,
        deals.as_of
    from duties
    inner join deals on duties.deal_key = deals.deal_key
    left join modes on duties.deal_key = modes.deal_key and duties.step_key = modes.step_key
    left join {{ source('reference', 'calendar') }} as calendar on duties.done_at = calendar.day_start_utc
    left join orders on duties.deal_key = orders.deal_key and duties.step_key = orders.step_key
    left join {{ ref('int_four_eyes') }} as four_eyes
        on duties.deal_key = four_eyes.deal_key and duties.step_key = four_eyes.step_key
    left join people
        on duties.deal_key = people.deal_key and duties.gate_visit_no = people.visit_no

)

select * from final
