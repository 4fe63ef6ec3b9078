{# Fields whose history is not exported have one undated value, the deal's own. #}
{% set not_evidence = "('deal_id', 'deal_name', 'pipeline_id', 'stage_id', 'currency', 'created_at', 'modified_at',
    'closed_at', 'deal_type', 'is_deleted', 'merged_into', 'url')" %}

with dated as (
    select
        connection,
        deal_id,
        change_id,
        native_field,
        value,
        changed_at,
        recorded_at,
        'history' as source,
        precision,
        actor_id,
        actor_kind
    from {{ ref('stg_files__field_history') }}
    where changed_at is not null
),

current_values as (
    select
        connection,
        deal_id,
        {{ unnest_map('fields', 'native_field', 'value') }}
    from {{ ref('stg_files__deal_records') }}
),

with_history as (
    select distinct
        connection,
        deal_id,
        native_field
    from dated
),

undated as (
    select
        current_values.connection,
        current_values.deal_id,
        current_values.deal_id || ':' || current_values.native_field || ':snapshot' as change_id,
        current_values.native_field,
        nullif(trim(current_values.value), '') as value,
        cast(null as timestamp) as changed_at,
        cast(null as timestamp) as recorded_at,
        'snapshot' as source,
        'order' as precision,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'unknown' as actor_kind
    from current_values
    left join with_history
        on
            current_values.connection = with_history.connection
            and current_values.deal_id = with_history.deal_id
            and current_values.native_field = with_history.native_field
    where
        with_history.deal_id is null
        and nullif(trim(current_values.value), '') is not null
        and current_values.native_field not in {{ not_evidence }}
),

changes as (
    select * from dated
    union all
    select * from undated
)

select
    *,
    case native_field when 'owner_id' then 'owner' end as standard_field
from changes
