{# Salesforce merges accounts and contacts, and no opportunities. #}
select
    connection,
    deal_id,
    deal_id as merged_into,
    modified_at as merged_at
from {{ ref('stg_salesforce__deal_records') }}
where 1 = 0
