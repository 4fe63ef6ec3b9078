{{ config(materialized='view') }}

with activities as (

    select * from {{ ref('int_activities') }}

),

contacts as (

    select * from {{ ref('int_deal_contacts') }}

),

documents as (

    select * from {{ ref('int_documents') }}

),

final as (

    select
        deal_key,
        'activity' as record_kind,
        coalesce(lower(kind), '') as label,
        coalesce(lower(outcome), '') as status,
        coalesce(lower(direction), '') as direction,
        coalesce(contact_count, 1) > 0 as has_contact,
        occurred_at as happened_at,
        recorded_at,
        precision
    from activities

    union all

    select
        deal_key,
        'contact' as record_kind,
        coalesce(lower(role), '') as label,
        '' as status,
        '' as direction,
        true as has_contact,
        added_at as happened_at,
        added_at as recorded_at,
        precision
    from contacts

    union all

    select
        deal_key,
        'document' as record_kind,
        coalesce(lower(kind), '') as label,
        coalesce(lower(status), '') as status,
        '' as direction,
        true as has_contact,
        occurred_at as happened_at,
        recorded_at,
        'exact' as precision
    from documents

)

select * from final
