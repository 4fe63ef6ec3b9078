with records as (
    select * from {{ ref('stg_salesforce__deal_records') }}
),

settings as (
    select time_zone from {{ source('reference', 'settings') }}
)

select
    records.connection,
    records.deal_id,
    {{ map_value('fields', "'Name'") }} as deal_name,
    records.pipeline_id,
    {{ map_value('fields', "'StageName'") }} as stage_id,
    {{ to_money('amount_text') }} as amount,
    {{ map_value('fields', "'CurrencyIsoCode'") }} as currency,
    {{ to_utc('created_at_text') }} as created_at,
    records.modified_at,
    {{ day_of('close_date_text', 'settings.time_zone') }} as close_date,
    {# The close date is a plan, and a day without a zone; when it was closed is told by the history of stages. #}
    cast(null as timestamp) as closed_at,
    records.owner_id,
    records.native_deal_type,
    records.lost_reason,
    records.is_deleted,
    cast(null as {{ dbt.type_string() }}) as deal_url,
    records.extracted_at
from records
cross join settings
