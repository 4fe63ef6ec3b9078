{% set not_evidence = "('id', 'title', 'creator_user_id', 'person_id', 'currency', 'pipeline_id', 'stage_id', 'status',
    'add_time', 'update_time', 'stage_change_time', 'won_time', 'lost_time', 'close_time', 'archive_time',
    'is_archived',
    'is_deleted', 'probability', 'origin', 'products_count', 'participants_count', 'email_messages_count',
    'last_incoming_mail_time', 'last_outgoing_mail_time')" %}

with entries as (
    select
        *,
        row_number() over (partition by connection, deal_id, native_field order by place desc) as nth_last
    from {{ ref('stg_pipedrive__changelog') }}
    where place > 0 and changed_at is not null and native_field not in {{ not_evidence }}
),

starts as (
    select * from {{ ref('stg_pipedrive__field_starts') }}
    where native_field not in {{ not_evidence }}
),

present as (
    select
        connection,
        deal_id,
        {{ unnest_map('fields', 'native_field', 'value') }}
    from {{ ref('stg_pipedrive__deal_records') }}
),

{# A value that no provable entry tells of has no date. #}
undated as (
    select
        starts.connection,
        starts.deal_id,
        starts.native_field,
        nullif(trim(present.value), '') as value
    from starts
    inner join present
        on
            starts.connection = present.connection
            and starts.deal_id = present.deal_id
            and starts.native_field = present.native_field
    left join entries
        on
            starts.connection = entries.connection
            and starts.deal_id = entries.deal_id
            and starts.native_field = entries.native_field
            and entries.nth_last = 1
    where
        nullif(trim(present.value), '') is not null
        and not {{ pipedrive_same_value('present.value', 'coalesce(entries.value, starts.value)') }}
),

changes as (
    select
        connection,
        deal_id,
        native_field,
        value,
        changed_at,
        place,
        'history' as source,
        actor_id,
        actor_kind
    from entries
    union all
    select
        starts.connection,
        starts.deal_id,
        starts.native_field,
        starts.value,
        starts.created_at as changed_at,
        0 as place,
        'history' as source,
        deals.creator_id as actor_id,
        deals.creator_kind as actor_kind
    from starts
    inner join {{ ref('stg_pipedrive__deal_records') }} as deals
        on
            starts.connection = deals.connection
            and starts.deal_id = deals.deal_id
    where starts.value is not null and starts.created_at is not null
    union all
    select
        connection,
        deal_id,
        native_field,
        value,
        cast(null as timestamp) as changed_at,
        0 as place,
        'snapshot' as source,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'unknown' as actor_kind
    from undated
)

select
    changes.connection,
    changes.deal_id,
    changes.deal_id || ':' || changes.native_field || ':'
    || coalesce(cast(changes.changed_at as {{ dbt.type_string() }}), 'snapshot') || ':'
    || lpad(cast(changes.place as {{ dbt.type_string() }}), 5, '0') as change_id,
    changes.native_field,
    case changes.native_field
        when 'value' then 'amount'
        when 'expected_close_date' then 'close_date'
        when 'owner_id' then 'owner'
    end as standard_field,
    coalesce(options.label, changes.value) as value,
    changes.changed_at,
    changes.changed_at as recorded_at,
    changes.source,
    case when changes.source = 'history' then 'second' else 'order' end as precision,
    changes.actor_id,
    changes.actor_kind
from changes
left join {{ ref('stg_pipedrive__field_options') }} as options
    on
        changes.connection = options.connection
        and changes.native_field = options.native_field
        and changes.value = options.option_id
