select
    {{ surrogate_key(['changes.deal_key', 'changes.field', 'changes.change_id']) }} as change_key,
    changes.connection,
    deals.crm,
    changes.deal_key,
    deals.deal_id,
    changes.change_id,
    changes.field,
    changes.old_value,
    changes.value as new_value,
    changes.is_first,
    changes.changed_at,
    changes.recorded_at,
    changes.precision,
    changes.actor_id,
    changes.actor_kind,
    connections.judged_at,
    settings.as_of
from {{ ref('int_deal_changes') }} as changes
inner join {{ ref('int_deals') }} as deals
    on changes.deal_key = deals.deal_key
cross join {{ source('reference', 'settings') }} as settings
left join {{ source('reference', 'connections') }} as connections
    on changes.connection = connections.connection
