{# Until when a merged deal's moves are mixed with another's; NULL where the lake could tell them apart. #}
select
    connection,
    deal_id,
    max(mixed_before) as unclear_until
from {{ ref('stg_hubspot__ancestors') }}
group by connection, deal_id
