{% set not_evidence = "('dealstage', 'pipeline', 'num_associated_contacts', 'hs_merged_object_ids', 'dealname',
    'deal_currency_code', 'dealtype', 'createdate', 'hs_lastmodifieddate', 'hs_object_id')" %}

with dated as (
    select
        connection,
        deal_id,
        property as native_field,
        value,
        changed_at,
        actor_id,
        actor_kind,
        place_from_oldest,
        'history' as source
    from {{ ref('stg_hubspot__deal_history') }}
    where changed_at is not null and property not in {{ not_evidence }}
),

current_values as (
    select
        connection,
        deal_id,
        histories,
        {{ unnest_map('properties', 'native_field', 'value') }}
    from {{ ref('stg_hubspot__deal_records') }}
),

undated as (
    select
        connection,
        deal_id,
        native_field,
        nullif(trim(value), '') as value,
        cast(null as timestamp) as changed_at,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'unknown' as actor_kind,
        0 as place_from_oldest,
        'snapshot' as source
    from current_values
    where
        native_field not in {{ not_evidence }}
        and nullif(trim(value), '') is not null
        and coalesce({{ array_size('histories[native_field]') }}, 0) = 0
),

changes as (
    select * from dated
    union all
    select * from undated
)

select
    connection,
    deal_id,
    deal_id || ':' || native_field || ':' || coalesce(cast(changed_at as {{ dbt.type_string() }}), 'snapshot') || ':'
    || lpad(cast(place_from_oldest as {{ dbt.type_string() }}), 4, '0') as change_id,
    native_field,
    case native_field
        when 'closedate' then 'close_date'
        when 'hubspot_owner_id' then 'owner'
        when 'closed_lost_reason' then 'lost_reason'
    end as standard_field,
    value,
    changed_at,
    changed_at as recorded_at,
    source,
    case when source = 'history' then 'exact' else 'order' end as precision,
    actor_id,
    actor_kind
from changes
