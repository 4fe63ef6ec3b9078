{# A deal without an amount has the expected revenue 0 there. #}
with stages as (
    select
        connection,
        stage_id,
        min(pipeline_id) as pipeline_id
    from {{ ref('stg_odoo__stages') }}
    where not is_outcome
    group by connection, stage_id
),

settings as (
    select time_zone from {{ source('reference', 'settings') }}
)

select
    records.connection,
    records.deal_id,
    {{ odoo_text(map_value('records.properties', "'name'")) }} as deal_name,
    coalesce(stages.pipeline_id, 'default') as pipeline_id,
    case when records.is_lost then 'lost' else records.native_stage_id end as stage_id,
    nullif({{ to_money('records.amount_text') }}, 0) as amount,
    {{ odoo_label(map_value('records.properties', "'company_currency'")) }} as currency,
    coalesce(conversions.converted_at, {{ to_utc('records.created_at_text') }}) as created_at,
    records.modified_at,
    {{ day_of('records.close_date_text', 'settings.time_zone') }} as close_date,
    {{ to_utc('records.closed_at_text') }} as closed_at,
    records.owner_id,
    records.native_deal_type,
    records.lost_reason,
    records.is_deleted,
    cast(null as {{ dbt.type_string() }}) as deal_url,
    records.extracted_at
from {{ ref('stg_odoo__deal_records') }} as records
cross join settings
left join stages
    on
        records.connection = stages.connection
        and records.native_stage_id = stages.stage_id
left join {{ ref('stg_odoo__conversions') }} as conversions
    on
        records.connection = conversions.connection
        and records.deal_id = conversions.deal_id
