{# What Odoo tracks is dated by its messages; before the first tracked change, and for a lead without any, the value
   has been there since the creation. What it doesn't track (the close date, fields of one's own, everything where
   the tracking may not be read) is known from version to version: such a value is there from its version on, and
   perhaps for longer. #}
{% set since_creation = 'coalesce(modified_at <= ' ~ add_seconds('created_at', 60) ~ ', false)' %}

with tracked as (
    select
        *,
        row_number() over (
            partition by connection, deal_id, field_name
            order by changed_at, change_no
        ) as nth
    from {{ ref('stg_odoo__tracked_changes') }}
    where field_name not in ('stage_id', 'active', 'type') and not is_inherited and changed_at is not null
),

tracked_fields as (
    select distinct
        connection,
        field_name
    from {{ ref('stg_odoo__tracked_changes') }}
),

seen as (
    select
        field_values.*,
        tracked_fields.field_name is not null as is_tracked,
        tracked.old_value,
        tracked.field_name is not null as was_changed
    from {{ ref('stg_odoo__field_values') }} as field_values
    left join tracked_fields
        on
            field_values.connection = tracked_fields.connection
            and field_values.native_field = tracked_fields.field_name
    left join tracked
        on
            field_values.connection = tracked.connection
            and field_values.deal_id = tracked.deal_id
            and field_values.native_field = tracked.field_name
            and tracked.nth = 1
),

changes as (
    select
        connection,
        deal_id,
        field_name as native_field,
        new_value as value,
        changed_at,
        change_no,
        'history' as source,
        author_partner_id
    from tracked
    union all
    select
        connection,
        deal_id,
        native_field,
        case when is_tracked and was_changed then old_value else value end as value,
        case when is_tracked or (version_no = 1 and {{ since_creation }}) then created_at else modified_at end
            as changed_at,
        version_no as change_no,
        case when is_tracked or (version_no = 1 and {{ since_creation }}) then 'inferred' else 'snapshot' end
            as source,
        cast(null as {{ dbt.type_string() }}) as author_partner_id
    from seen
    where
        (is_tracked and is_present and case when was_changed then old_value else value end is not null)
        or (not is_tracked and is_change)
),

dated as (
    select
        changes.*,
        'second' as precision
    from changes
    union all
    {# It may have been there for longer: as evidence it is recorded, but when is not known. #}
    select
        connection,
        deal_id,
        native_field,
        value,
        cast(null as timestamp) as changed_at,
        change_no,
        source,
        author_partner_id,
        'order' as precision
    from changes
    where source = 'snapshot' and value is not null
)

select
    dated.connection,
    dated.deal_id,
    dated.deal_id || ':' || dated.native_field || ':'
    || coalesce(cast(dated.changed_at as {{ dbt.type_string() }}), 'seen') || ':'
    || lpad(cast(dated.change_no as {{ dbt.type_string() }}), 12, '0') as change_id,
    dated.native_field,
    case dated.native_field
        when 'expected_revenue' then 'amount'
        when 'date_deadline' then 'close_date'
        when 'user_id' then 'owner'
        when 'lost_reason_id' then 'lost_reason'
    end as standard_field,
    dated.value,
    dated.changed_at,
    dated.changed_at as recorded_at,
    dated.source,
    dated.precision,
    users.user_id as actor_id,
    coalesce(users.actor_kind, 'unknown') as actor_kind
from dated
left join {{ ref('stg_odoo__users') }} as users
    on
        dated.connection = users.connection
        and dated.author_partner_id = users.partner_id
