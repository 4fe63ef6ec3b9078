{# A segment is whatever field of the CRM connections.yml calls so; its latest value counts, but none of the future. #}
with changes as (
    select
        changes.deal_key,
        changes.value as segment,
        row_number() over (
            partition by changes.deal_key
            order by changes.changed_at desc nulls last, changes.change_id desc
        ) as place
    from {{ ref('int_field_changes') }} as changes
    cross join {{ source('reference', 'settings') }} as settings
    left join {{ source('reference', 'connections') }} as connections
        on changes.connection = connections.connection
    where
        changes.field = 'segment'
        and coalesce(changes.changed_at <= coalesce(connections.judged_at, settings.as_of), true)
        and coalesce(changes.recorded_at <= coalesce(connections.judged_at, settings.as_of), true)
)

select
    deal_key,
    segment
from changes
where place = 1 and trim(segment) <> ''
