{# HubSpot doesn't date an association. The history of the number of contacts does: the n-th contact came when the
   number first reached n. Which person was the n-th is not known and not needed. #}
with counts as (
    select * from {{ ref('stg_hubspot__contact_counts') }}
),

highest as (
    select
        connection,
        deal_id,
        max(contact_count) as contact_count
    from counts
    group by connection, deal_id
),

associated as (
    select
        connection,
        from_id as deal_id,
        to_id as contact_id,
        role,
        row_number() over (partition by connection, from_id order by to_id) as nth
    from {{ ref('stg_hubspot__associations') }}
    where from_object = 'deals' and to_object = 'contacts'
),

numbered as (
    select
        connection,
        deal_id,
        {{ unnest_range(shown_people('contact_count'), 'nth') }}
    from highest
),

reached as (
    select
        numbered.connection,
        numbered.deal_id,
        numbered.nth,
        min(counts.changed_at) as added_at,
        max(counts.changed_at) as last_held_at
    from numbered
    inner join counts
        on
            numbered.connection = counts.connection
            and numbered.deal_id = counts.deal_id
            and counts.contact_count >= numbered.nth
    group by numbered.connection, numbered.deal_id, numbered.nth
),

lost as (
    select
        reached.connection,
        reached.deal_id,
        reached.nth,
        min(counts.changed_at) as removed_at
    from reached
    inner join counts
        on
            reached.connection = counts.connection
            and reached.deal_id = counts.deal_id
            and counts.changed_at > reached.last_held_at
    group by reached.connection, reached.deal_id, reached.nth
)

select
    coalesce(associated.connection, reached.connection) as connection,
    coalesce(associated.deal_id, reached.deal_id) as deal_id,
    coalesce(associated.contact_id, 'contact ' || cast(reached.nth as {{ dbt.type_string() }})) as contact_id,
    associated.role,
    reached.added_at,
    lost.removed_at,
    case when reached.added_at is null then 'order' else 'exact' end as precision
from associated
full join reached
    on
        associated.connection = reached.connection
        and associated.deal_id = reached.deal_id
        and associated.nth = reached.nth
left join lost
    on
        reached.connection = lost.connection
        and reached.deal_id = lost.deal_id
        and reached.nth = lost.nth
