{{ config(materialized='table') }}

{# Parsed once and kept: a deal is one flat object, its custom fields beside the standard ones by their keys. Its
   add_time can be edited and imported, so a deal that changed before was there before. #}
with latest as (
    {{ latest_records(source('lake', 'pipedrive__deals')) }}
),

parsed as (
    select
        connection,
        id as deal_id,
        is_deleted,
        modified_at,
        extracted_at,
        {{ json_fields('payload') }} as fields
    from latest
),

first_changes as (
    select
        connection,
        deal_id,
        min(changed_at) as changed_at
    from {{ ref('stg_pipedrive__changelog') }}
    group by connection, deal_id
),

field_names as (
    select * from {{ ref('stg_reference__field_names') }}
)

select
    parsed.connection,
    parsed.deal_id,
    coalesce(parsed.is_deleted, false) as is_deleted,
    {{ naive_utc('parsed.modified_at') }} as modified_at,
    {{ naive_utc('parsed.extracted_at') }} as extracted_at,
    {{ map_value('fields', "'pipeline_id'") }} as pipeline_id,
    {{ map_value('fields', "'stage_id'") }} as stage_id,
    {{ map_value('fields', "'status'") }} as status,
    {{ map_value('fields', "'add_time'") }} as created_at_text,
    case
        when first_changes.changed_at < {{ to_utc(map_value('fields', "'add_time'")) }}
            then {{ add_seconds('first_changes.changed_at', '-1') }}
        else {{ to_utc(map_value('fields', "'add_time'")) }}
    end as created_at,
    {{ to_utc(map_value('fields', "'update_time'")) }} as updated_at,
    {{ to_utc(map_value('fields', "'stage_change_time'")) }} as stage_changed_at,
    coalesce(
        case {{ map_value('fields', "'status'") }}
            when 'won' then {{ map_value('fields', "'won_time'") }}
            when 'lost' then {{ map_value('fields', "'lost_time'") }}
        end,
        {{ map_value('fields', "'close_time'") }}
    ) as closed_at_text,
    {{ map_value('fields', "coalesce(field_names.amount_field, 'value')") }} as amount_text,
    {{ map_value('fields', "coalesce(field_names.close_date_field, 'expected_close_date')") }} as close_date_text,
    {{ map_value('fields', "coalesce(field_names.owner_field, 'owner_id')") }} as owner_id,
    {{ map_value('fields', "coalesce(field_names.lost_reason_field, 'lost_reason')") }} as lost_reason,
    {{ map_value('fields', "field_names.deal_type_field") }} as native_deal_type,
    {{ map_value('fields', "'participants_count'") }} as participant_count_text,
    {{ map_value('fields', "'creator_user_id'") }} as creator_id,
    {{ pipedrive_actor_kind(map_value('fields', "'origin'")) }} as creator_kind,
    parsed.fields
from parsed
left join field_names
    on parsed.connection = field_names.connection
left join first_changes
    on
        parsed.connection = first_changes.connection
        and parsed.deal_id = first_changes.deal_id
