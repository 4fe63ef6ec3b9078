{# Pipedrive does not tell into which deal another was merged: the one that went is a deleted deal. #}
select
    connection,
    deal_id,
    deal_id as merged_into,
    modified_at as merged_at
from {{ ref('stg_pipedrive__deal_records') }}
where 1 = 0
