{# Every dated change of a deal's fields and of its stage, with the value before it. A rewrite of the same
   value is none. #}
with changes as (
    select
        connection,
        deal_key,
        change_id,
        field,
        value,
        changed_at,
        recorded_at,
        source,
        precision,
        actor_id,
        actor_kind
    from {{ ref('int_field_changes') }}
    where changed_at is not null
    union all
    select
        connection,
        deal_key,
        change_id,
        'stage' as field,
        stage_key as value,
        entered_at as changed_at,
        recorded_at,
        source,
        precision,
        actor_id,
        actor_kind
    from {{ ref('int_stage_changes') }}
    where source = 'history'
),

with_previous as (
    select
        *,
        lag(value) over (partition by deal_key, field order by changed_at, change_id) as old_value,
        row_number() over (partition by deal_key, field order by changed_at, change_id) as change_no
    from changes
)

select
    *,
    change_no = 1 as is_first
from with_previous
where value is distinct from old_value
