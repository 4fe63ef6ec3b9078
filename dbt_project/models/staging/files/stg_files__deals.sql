with records as (
    select * from {{ ref('stg_files__deal_records') }}
),

settings as (
    select time_zone from {{ source('reference', 'settings') }}
)

select
    records.connection,
    records.deal_id,
    {{ map_value('fields', "'deal_name'") }} as deal_name,
    {# An export without the column has one pipeline; an empty cell is a deal without one. #}
    case
        when fields['pipeline_id'] is null then 'default'
        else {{ map_value('fields', "'pipeline_id'") }}
    end as pipeline_id,
    {{ map_value('fields', "'stage_id'") }} as stage_id,
    {{ to_money('amount_text') }} as amount,
    {{ map_value('fields', "'currency'") }} as currency,
    {{ to_utc('created_at_text') }} as created_at,
    coalesce({{ to_utc('modified_at_text') }}, records.row_modified_at) as modified_at,
    {{ day_of('close_date_text', 'settings.time_zone') }} as close_date,
    {{ to_utc('closed_at_text') }} as closed_at,
    records.owner_id,
    records.native_deal_type,
    records.lost_reason,
    records.row_is_deleted or coalesce({{ to_flag('is_deleted_text') }}, false) as is_deleted,
    {{ map_value('fields', "'url'") }} as deal_url,
    records.extracted_at
from records
cross join settings
