{# The history of the number of contacts: what dates them. #}
select
    connection,
    deal_id,
    value as count_text,
    {{ to_count('value') }} as contact_count,
    changed_at
from {{ ref('stg_hubspot__deal_history') }}
where property = 'num_associated_contacts' and changed_at is not null
