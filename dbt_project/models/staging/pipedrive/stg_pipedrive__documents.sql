{# Pipedrive's quotes are not in its API; the products on a deal are, each with the time at which it was added. #}
select
    connection,
    deal_id,
    'line_item ' || product_id as document_id,
    'line_item' as kind,
    cast(null as {{ dbt.type_string() }}) as status,
    {{ to_utc('added_at_text') }} as occurred_at,
    {{ to_utc('added_at_text') }} as recorded_at,
    cast(null as {{ dbt.type_string() }}) as actor_id
from {{ ref('stg_pipedrive__product_records') }}
