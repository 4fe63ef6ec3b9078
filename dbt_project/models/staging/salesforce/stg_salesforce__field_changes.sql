with changes as (
    select
        connection,
        deal_id,
        history_id,
        native_field,
        value,
        changed_at,
        actor_id,
        actor_kind,
        case when changed_at is null then 'snapshot' else 'history' end as source
    from {{ ref('stg_salesforce__told_values') }}
    union all
    select
        connection,
        deal_id,
        history_id,
        native_field,
        value,
        changed_at,
        actor_id,
        actor_kind,
        'history' as source
    from {{ ref('stg_salesforce__field_history') }}
    where changed_at is not null and native_field <> 'RecordTypeId'
    union all
    select
        connection,
        deal_id,
        '000' as history_id,
        native_field,
        first_value as value,
        case when is_from_creation then created_at end as changed_at,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'unknown' as actor_kind,
        case when is_from_creation then 'inferred' else 'snapshot' end as source
    from {{ ref('stg_salesforce__field_values') }}
    where first_value is not null
    union all
    {# Tracking was switched off since: the present value came later than its history tells. #}
    select
        connection,
        deal_id,
        '001' as history_id,
        native_field,
        present_value as value,
        cast(null as timestamp) as changed_at,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'unknown' as actor_kind,
        'snapshot' as source
    from {{ ref('stg_salesforce__field_values') }}
    where
        has_history
        and present_value is not null
        and present_value is distinct from last_value
        and {{ to_money('present_value') }} is distinct from coalesce({{ to_money('last_value') }}, -1)
)

select
    connection,
    deal_id,
    deal_id || ':' || native_field || ':' || coalesce(cast(changed_at as {{ dbt.type_string() }}), 'snapshot') || ':'
    || history_id as change_id,
    native_field,
    case native_field
        when 'Amount' then 'amount'
        when 'CloseDate' then 'close_date'
        when 'OwnerId' then 'owner'
    end as standard_field,
    value,
    changed_at,
    changed_at as recorded_at,
    source,
    case source when 'history' then 'second' when 'inferred' then 'second' else 'order' end as precision,
    actor_id,
    actor_kind
from changes
