{# A quotation is there from its creation on; its own date is set anew when it is confirmed. #}
select
    connection,
    deal_id,
    'quote ' || order_id as document_id,
    'quote' as kind,
    status,
    {{ to_utc('occurred_at_text') }} as occurred_at,
    {{ to_utc('occurred_at_text') }} as recorded_at,
    actor_id
from {{ ref('stg_odoo__document_records') }}
where not is_deleted and deal_id is not null
