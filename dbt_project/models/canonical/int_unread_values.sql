select
    connection,
    connection || ':' || id as deal_key,
    field,
    value
from {{ ref('stg_rejects') }}
where object = 'deals' and field in ('amount', 'close_date')
