-- whatever the CRMs hold that a step could ask for, whether the process asks for it or not
with deals as (

    select distinct deal_key from {{ ref('int_left_stages') }}

),

records as (

    select records.*
    from {{ ref('int_evidence_records') }} as records
    inner join deals on records.deal_key = deals.deal_key
    -- what was called off did not take place
    where records.status not in ('canceled', 'cancelled', 'no_show', 'rescheduled')

),

-- counted down to one row per kind before anything gets a name
firsts as (

    select
        deal_key,
        record_kind,
        label,
        direction = 'in' as is_incoming,
        min(happened_at) as first_at
    from records
    where record_kind in ('activity', 'document')
    group by deal_key, record_kind, label, direction = 'in'

),

contacts as (

    select
        deal_key,
        happened_at,
        row_number() over (partition by deal_key order by happened_at nulls last) as place
    from records
    where record_kind = 'contact'

),

-- fields that prove something: stock ones, and those that the company mapped or asks for already
fields as (

    select field from {{ source('reference', 'step_terms') }}
    where kind = 'field'
    union
    select field from {{ source('reference', 'field_map') }}
    where field not in ('owner', 'segment', 'margin', 'deal_type', 'lost_reason', 'close_date')
    union
    select 'amount' as field
    union
    select 'next_step' as field

),

changes as (

    select
        changes.deal_key,
        changes.field,
        min(changes.changed_at) as first_at
    from {{ ref('int_field_changes') }} as changes
    inner join fields on changes.field = fields.field
    where trim(changes.value) <> '' and (changes.field <> 'amount' or {{ to_money('changes.value') }} > 0)
    group by changes.deal_key, changes.field

),

final as (

    select
        deal_key,
        'contacts' as object,
        case when place = 1 then 'contact' else 'contact:2' end as candidate,
        happened_at as first_at
    from contacts
    where place <= 2

    union all

    select
        deal_key,
        case record_kind when 'activity' then 'activities' else 'documents' end as object,
        record_kind || ':' || label || case when is_incoming then ':in' else '' end as candidate,
        first_at
    from firsts

    union all

    -- the buyer was heard from
    select
        deal_key,
        'activities' as object,
        'conversation' as candidate,
        min(first_at) as first_at
    from firsts
    where record_kind = 'activity' and (label in ('meeting', 'call') or (label = 'email' and is_incoming))
    group by deal_key

    union all

    select
        deal_key,
        'field_changes' as object,
        'field:' || field as candidate,
        first_at
    from changes

)

select * from final
