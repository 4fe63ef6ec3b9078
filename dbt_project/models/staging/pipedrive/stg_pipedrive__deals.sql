{# Winning and losing is a status there and no stage; a deal then stands in the stage `won` or `lost`. A deal without an
   amount has the value 0 there. #}
with records as (
    select * from {{ ref('stg_pipedrive__deal_records') }}
),

settings as (
    select time_zone from {{ source('reference', 'settings') }}
)

select
    records.connection,
    records.deal_id,
    {{ map_value('fields', "'title'") }} as deal_name,
    records.pipeline_id,
    case when records.status in ('won', 'lost') then records.status else records.stage_id end as stage_id,
    nullif({{ to_money('amount_text') }}, 0) as amount,
    {{ map_value('fields', "'currency'") }} as currency,
    records.created_at,
    records.modified_at,
    {{ day_of('close_date_text', 'settings.time_zone') }} as close_date,
    case when records.status in ('won', 'lost') then {{ to_utc('closed_at_text') }} end as closed_at,
    records.owner_id,
    records.native_deal_type,
    records.lost_reason,
    records.is_deleted,
    cast(null as {{ dbt.type_string() }}) as deal_url,
    records.extracted_at
from records
cross join settings
