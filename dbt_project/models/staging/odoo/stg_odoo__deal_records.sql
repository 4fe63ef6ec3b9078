{{ config(materialized='table') }}

{# The latest version of each deal, deleted ones with their last words. A lead that was archived and is neither lost
   nor won was put away, which is Odoo's everyday way of deleting. #}
with latest as (
    {{ latest_records(source('lake', 'odoo__leads')) }}
),

parsed as (
    select
        connection,
        id as deal_id,
        {{ naive_utc('modified_at') }} as modified_at,
        {{ naive_utc('extracted_at') }} as extracted_at,
        coalesce(is_deleted, false) as is_gone,
        {{ json_fields('payload') }} as properties
    from latest
),

told as (
    select
        *,
        {{ odoo_id(map_value('properties', "'stage_id'")) }} as native_stage_id,
        {{ map_value('properties', "'active'") }} = 'false' as is_archived,
        {{ odoo_lost('properties') }} as is_lost
    from parsed
),

won_stages as (
    select distinct
        connection,
        stage_id
    from {{ ref('stg_odoo__stages') }}
    where is_won
)

select
    told.connection,
    told.deal_id,
    told.modified_at,
    told.extracted_at,
    told.is_gone,
    told.is_lost,
    coalesce(told.is_archived, false) as is_archived,
    told.is_gone
    or (coalesce(told.is_archived, false) and not told.is_lost and won_stages.stage_id is null) as is_deleted,
    told.native_stage_id,
    told.properties,
    {{ map_value('properties', "'create_date'") }} as created_at_text,
    {{ odoo_text(map_value('properties', "'date_closed'")) }} as closed_at_text,
    {{ odoo_text(map_value('properties', "coalesce(field_names.amount_field, 'expected_revenue')")) }} as amount_text,
    {{ odoo_text(map_value('properties', "coalesce(field_names.close_date_field, 'date_deadline')")) }}
        as close_date_text,
    {{ odoo_id(map_value('properties', "coalesce(field_names.owner_field, 'user_id')")) }} as owner_id,
    coalesce(
        {{ odoo_label(map_value('properties', "coalesce(field_names.lost_reason_field, 'lost_reason_id')")) }},
        {{ odoo_label(map_value('properties', "'lost_reason'")) }}
    ) as lost_reason,
    {{ odoo_label(map_value('properties', 'field_names.deal_type_field')) }} as native_deal_type
from told
left join {{ ref('stg_reference__field_names') }} as field_names
    on told.connection = field_names.connection
left join won_stages
    on
        told.connection = won_stages.connection
        and told.native_stage_id = won_stages.stage_id
