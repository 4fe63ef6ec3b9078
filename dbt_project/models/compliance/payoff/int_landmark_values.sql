-- amount, segment and owner as they were when the deal left the stage: what they became later may be the outcome's work
with gates as (

    select * from {{ ref('int_closed_gates') }}

),

changes as (

    select
        deal_key,
        field,
        value,
        changed_at,
        lead(changed_at) over (partition by deal_key, field order by changed_at, change_id) as next_at
    from {{ ref('int_field_changes') }}
    where field in ('amount', 'segment') and changed_at is not null

),

dated as (

    select distinct
        deal_key,
        field
    from changes

),

held as (

    select
        gates.deal_key,
        gates.stage_key,
        max(case when changes.field = 'amount' then changes.value end) as amount_text,
        max(case when changes.field = 'segment' then changes.value end) as segment
    from gates
    inner join changes
        on
            gates.deal_key = changes.deal_key
            and gates.gate_at >= changes.changed_at
            and (changes.next_at is null or gates.gate_at < changes.next_at)
    group by gates.deal_key, gates.stage_key

),

people as (

    select * from {{ ref('int_visit_people') }}

),

-- where a field has no dated history at all, what it is now has to do; money is converted as the deal's own amount is
final as (

    select
        gates.deal_key,
        gates.stage_key,
        case
            when dated.deal_key is null then gates.amount_home
            else {{ to_money('held.amount_text') }} * gates.home_rate
        end as amount_home,
        held.segment,
        coalesce(people.owner_key, gates.owner_key) as owner_key
    from gates
    left join held on gates.deal_key = held.deal_key and gates.stage_key = held.stage_key
    left join dated on gates.deal_key = dated.deal_key and dated.field = 'amount'
    left join people on gates.deal_key = people.deal_key and gates.gate_visit_no = people.visit_no

)

select * from final
