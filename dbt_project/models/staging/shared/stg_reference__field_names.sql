with field_map as (
    select * from {{ source('reference', 'field_map') }}
)

select
    connection,
    max(case when field = 'amount' then native_field end) as amount_field,
    max(case when field = 'close_date' then native_field end) as close_date_field,
    max(case when field = 'owner' then native_field end) as owner_field,
    max(case when field = 'lost_reason' then native_field end) as lost_reason_field,
    max(case when field = 'deal_type' then native_field end) as deal_type_field
from field_map
group by connection
