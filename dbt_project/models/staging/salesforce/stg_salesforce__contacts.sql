{# A contact may have several roles on a deal, and is there as long as it has one. #}
with roles as (
    select
        *,
        {{ to_utc('added_at_text') }} as added_at
    from {{ ref('stg_salesforce__contact_roles') }}
    where deal_id is not null and contact_id is not null
)

select
    connection,
    deal_id,
    contact_id,
    min(role) as role,
    min(added_at) as added_at,
    case when count(*) = count(removed_at) then max(removed_at) end as removed_at,
    case when min(added_at) is null then 'order' else 'second' end as precision
from roles
group by connection, deal_id, contact_id
