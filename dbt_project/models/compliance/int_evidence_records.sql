{{ config(materialized='view') }}

with activities as (

    select
        *,
        cast(null as timestamp) as withdrawn_at
    from {{ ref('int_activities') }}
    union all
    select * from {{ ref('int_withdrawn_activities') }}

),

topics as (

    select * from {{ ref('int_activity_topics') }}

),

contacts as (

    select * from {{ ref('int_deal_contacts') }}

),

documents as (

    select * from {{ ref('int_documents') }}

),

final as (

    select
        activities.deal_key,
        'activity' as record_kind,
        activities.activity_id as record_id,
        coalesce(lower(activities.kind), '') as label,
        coalesce(lower(activities.outcome), '') as status,
        coalesce(lower(activities.direction), '') as direction,
        coalesce(topics.topic, '') as topic,
        coalesce(activities.contact_count, 1) > 0 as has_contact,
        activities.occurred_at as happened_at,
        coalesce(activities.started_at, activities.occurred_at) as started_at,
        activities.recorded_at,
        activities.precision,
        activities.owner_key as done_by,
        activities.withdrawn_at is not null as is_withdrawn
    from activities
    left join topics on activities.deal_key = topics.deal_key and activities.activity_id = topics.activity_id
    -- a plan proves nothing, also on the day that it is for
    where coalesce(activities.outcome, '') <> 'planned'

    union all

    select
        deal_key,
        'contact' as record_kind,
        contact_id as record_id,
        coalesce(lower(role), '') as label,
        '' as status,
        '' as direction,
        '' as topic,
        true as has_contact,
        added_at as happened_at,
        added_at as started_at,
        cast(null as timestamp) as recorded_at,
        precision,
        cast(null as {{ dbt.type_string() }}) as done_by,
        false as is_withdrawn
    from contacts

    union all

    select
        deal_key,
        'document' as record_kind,
        document_id as record_id,
        coalesce(lower(kind), '') as label,
        coalesce(lower(status), '') as status,
        '' as direction,
        '' as topic,
        true as has_contact,
        occurred_at as happened_at,
        occurred_at as started_at,
        recorded_at,
        case when occurred_at is null then 'order' else 'exact' end as precision,
        owner_key as done_by,
        false as is_withdrawn
    from documents

)

select * from final
