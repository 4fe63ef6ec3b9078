with engagements as (
    select * from {{ ref('stg_hubspot__engagements') }}
    where not is_deleted and occurred_at is not null
),

associations as (
    select
        *,
        substr(from_object, 1, length(from_object) - 1) as kind
    from {{ ref('stg_hubspot__associations') }}
    where from_object in ('meetings', 'calls', 'emails')
),

contact_counts as (
    select
        connection,
        kind,
        from_id,
        count(distinct to_id) as contact_count
    from associations
    where to_object = 'contacts'
    group by connection, kind, from_id
)

select distinct
    engagements.connection,
    associations.to_id as deal_id,
    engagements.kind || ' ' || engagements.engagement_id as activity_id,
    engagements.kind,
    engagements.outcome,
    engagements.direction,
    engagements.occurred_at,
    {{ to_utc('engagements.recorded_at_text') }} as recorded_at,
    engagements.owner_id,
    cast(coalesce(contact_counts.contact_count, 0) as integer) as contact_count,
    'exact' as precision,
    cast(null as timestamp) as started_at,
    engagements.subject,
    cast(null as timestamp) as withdrawn_at
from engagements
inner join associations
    on
        engagements.connection = associations.connection
        and engagements.kind = associations.kind
        and engagements.engagement_id = associations.from_id
        and associations.to_object = 'deals'
left join contact_counts
    on
        engagements.connection = contact_counts.connection and engagements.kind = contact_counts.kind
        and engagements.engagement_id = contact_counts.from_id
