with records as (
    select * from {{ ref('stg_hubspot__deal_records') }}
),

settings as (
    select time_zone from {{ source('reference', 'settings') }}
)

select
    records.connection,
    records.deal_id,
    {{ map_value('properties', "'dealname'") }} as deal_name,
    {{ map_value('properties', "'pipeline'") }} as pipeline_id,
    {{ map_value('properties', "'dealstage'") }} as stage_id,
    {{ to_money('amount_text') }} as amount,
    {{ map_value('properties', "'deal_currency_code'") }} as currency,
    {{ to_utc('created_at_text') }} as created_at,
    records.modified_at,
    {{ day_of('close_date_text', 'settings.time_zone') }} as close_date,
    {# HubSpot sets the close date by itself when a deal is closed. #}
    {{ to_utc('close_date_text') }} as closed_at,
    records.owner_id,
    records.native_deal_type,
    records.lost_reason,
    records.is_deleted,
    cast(null as {{ dbt.type_string() }}) as deal_url,
    records.extracted_at
from records
cross join settings
