{# Fields under the process's names. A CRM field that connections.yml names for an evidence field takes its place: then
   the CRM's standard field no longer counts for it. Close dates become days in ISO form, whatever the CRM's format was. #}
with changes as (
    {{ union_crms('field_changes', [
        'connection', 'deal_id', 'change_id', 'native_field', 'standard_field', 'value', 'changed_at', 'recorded_at',
        'source', 'precision', 'actor_id', 'actor_kind'
    ]) }}
),

field_map as (
    select distinct
        connection,
        field,
        native_field
    from {{ source('reference', 'field_map') }}
),

mapped_fields as (
    select distinct
        connection,
        field
    from field_map
),

system_actors as (
    select distinct
        connection,
        actor_id
    from {{ source('reference', 'system_actors') }}
),

named as (
    select
        changes.*,
        coalesce(
            by_native.field,
            case when by_field.field is null then coalesce(changes.standard_field, changes.native_field) end
        ) as field
    from changes
    left join field_map as by_native
        on
            changes.connection = by_native.connection
            and changes.native_field = by_native.native_field
    left join mapped_fields as by_field
        on
            changes.connection = by_field.connection
            and coalesce(changes.standard_field, changes.native_field) = by_field.field
)

select
    named.connection,
    named.connection || ':' || named.deal_id as deal_key,
    named.change_id,
    named.field,
    case
        when named.field = 'close_date'
            then cast({{ day_of('named.value', 'settings.time_zone') }} as {{ dbt.type_string() }})
        else named.value
    end as value,
    named.changed_at,
    named.recorded_at,
    named.source,
    named.precision,
    named.actor_id,
    case when system_actors.actor_id is not null then 'integration' else named.actor_kind end as actor_kind
from named
cross join {{ source('reference', 'settings') }} as settings
left join system_actors
    on
        named.connection = system_actors.connection
        and named.actor_id = system_actors.actor_id
where named.field is not null
