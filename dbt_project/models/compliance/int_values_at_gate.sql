with changes as (

    select * from {{ ref('int_field_changes') }}

),

deadlines as (

    select * from {{ ref('int_step_deadlines') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}
    where kind = 'field_at_gate'

),

asked as (

    select
        deadlines.deal_key,
        deadlines.version,
        deadlines.step_key,
        deadlines.gate_at,
        deadlines.gate_day,
        coalesce(deadlines.gate_until, deadlines.gate_at) as gate_until,
        deadlines.is_won_gate,
        terms.alternative,
        terms.term,
        terms.field
    from deadlines
    inner join terms on deadlines.version = terms.version and deadlines.step_key = terms.step_key
    where deadlines.gate_at is not null

),

ranked as (

    select
        asked.*,
        changes.value,
        changes.changed_at,
        changes.source,
        changes.change_id,
        changes.actor_id,
        -- CRMs fill dates by themselves on winning, so what was written at that very moment proves nothing
        case
            when asked.is_won_gate then coalesce(changes.changed_at < asked.gate_at, false)
            else coalesce(changes.changed_at <= asked.gate_until, false)
        end as is_before_gate
    from asked
    inner join changes on asked.deal_key = changes.deal_key and asked.field = changes.field

),

followed as (

    select
        ranked.*,
        min(case when not is_before_gate then changed_at end) over (
            partition by deal_key, step_key, alternative, term
        ) as next_at
    from ranked

),

latest as (

    select
        followed.*,
        -- a snapshot's value was there when it was read, and nobody knows for how long: perhaps at the gate already
        max(case when not is_before_gate and source = 'snapshot' and changed_at = next_at then 1 else 0 end) over (
            partition by deal_key, step_key, alternative, term
        ) as perhaps_changed,
        row_number() over (
            partition by deal_key, step_key, alternative, term
            order by case when is_before_gate then 0 else 1 end, changed_at desc, value desc
        ) as recency,
        max(case when changed_at is not null then 1 else 0 end) over (
            partition by deal_key, step_key, alternative, term
        ) as dated_changes
    from followed

),

final as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        gate_at,
        case when is_before_gate then value end as value,
        case when is_before_gate then changed_at end as changed_at,
        change_id,
        field,
        actor_id,
        case when is_before_gate then coalesce({{ to_day('value') }} >= gate_day, false) else false end as is_satisfied,
        dated_changes > 0
        and (perhaps_changed = 0 or (is_before_gate and coalesce({{ to_day('value') }} >= gate_day, false))) as is_known
    from latest
    where recency = 1

)

select * from final
