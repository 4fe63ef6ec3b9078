{{ config(materialized='table') }}

{# HubSpot lists a property's values newest first; `place_from_oldest` stays when newer ones come. #}
with histories as (
    select
        connection,
        deal_id,
        {{ unnest_map('histories', 'property', 'entries') }}
    from {{ ref('stg_hubspot__deal_records') }}
),

entries as (
    select
        connection,
        deal_id,
        property,
        {{ array_size('entries') }} as entry_count,
        {{ unnest_array('entries', 'entry', 'place') }}
    from histories
)

select
    connection,
    deal_id,
    property,
    nullif(trim(entry.value), '') as value,
    entry.timestamp as changed_at_text,
    {{ to_utc('entry.timestamp') }} as changed_at,
    coalesce(
        entry.updatedbyuserid, replace(entry.sourceid, 'userId:', '')
    ) as actor_id,
    entry.sourcetype as source_type,
    {{ hubspot_actor_kind('entry.sourcetype') }} as actor_kind,
    entry_count - place + 1 as place_from_oldest
from entries
