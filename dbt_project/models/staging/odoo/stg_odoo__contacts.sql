{# A lead has one partner, with the moments at which it was set and replaced. #}
with partners as (
    select
        *,
        lead(changed_at) over (partition by connection, deal_id order by changed_at, change_id) as replaced_at
    from {{ ref('stg_odoo__field_changes') }}
    where native_field = 'partner_id' and changed_at is not null
)

select
    connection,
    deal_id,
    value as contact_id,
    cast(null as {{ dbt.type_string() }}) as role,
    case when max(case when source = 'snapshot' then 1 else 0 end) = 0 then min(changed_at) end as added_at,
    case when count(*) = count(replaced_at) then max(replaced_at) end as removed_at,
    case when max(case when source = 'snapshot' then 1 else 0 end) = 0 then 'second' else 'order' end as precision
from partners
where value is not null
group by connection, deal_id, value
