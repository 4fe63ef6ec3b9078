{{ config(materialized='table') }}

{# What a field held before its first dated change (or holds now, without any), and when that is known. A deal that was
   made while its field was already being tracked had the value from its beginning; else nobody can tell since when. #}
{% set not_evidence = "('Id', 'Name', 'StageName', 'Amount', 'CloseDate', 'IsDeleted', 'IsClosed', 'IsWon',
    'CreatedDate', 'CreatedById', 'SystemModstamp', 'RecordTypeId', 'CurrencyIsoCode')" %}

with current_values as (
    select
        connection,
        deal_id,
        {{ to_utc('created_at_text') }} as created_at,
        {{ unnest_map('fields', 'native_field', 'value') }}
    from {{ ref('stg_salesforce__deal_records') }}
),

history as (
    select * from {{ ref('stg_salesforce__field_history') }}
),

tracked as (
    select
        connection,
        native_field,
        min(tracked_since) as tracked_since
    from history
    group by connection, native_field
)

select
    current_values.connection,
    current_values.deal_id,
    current_values.native_field,
    current_values.created_at,
    nullif(trim(current_values.value), '') as present_value,
    last_change.deal_id is not null as has_history,
    last_change.value as last_value,
    case when first_change.deal_id is null then nullif(trim(current_values.value), '') else first_change.old_value end
        as first_value,
    coalesce(current_values.created_at >= tracked.tracked_since, false)
    or (current_values.native_field = 'OwnerId' and first_change.deal_id is not null) as is_from_creation
from current_values
left join history as first_change
    on
        current_values.connection = first_change.connection
        and current_values.deal_id = first_change.deal_id
        and current_values.native_field = first_change.native_field
        and first_change.place = 1
left join history as last_change
    on
        current_values.connection = last_change.connection
        and current_values.deal_id = last_change.deal_id
        and current_values.native_field = last_change.native_field
        and last_change.place_from_newest = 1
left join tracked
    on
        current_values.connection = tracked.connection
        and current_values.native_field = tracked.native_field
where current_values.native_field not in {{ not_evidence }}
