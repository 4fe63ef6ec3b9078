{# Amounts and close dates of the always-on history: a row counts where the value differs from the row before. #}
with history as (
    select * from {{ ref('stg_salesforce__history') }}
),

records as (
    select * from {{ ref('stg_salesforce__deal_records') }}
),

told as (
    select
        *,
        'Amount' as native_field,
        amount as value,
        previous_amount as previous_value
    from history
    union all
    select
        *,
        'CloseDate' as native_field,
        close_date as value,
        previous_close_date as previous_value
    from history
),

current_values as (
    select
        connection,
        deal_id,
        'Amount' as native_field,
        {{ map_value('fields', "'Amount'") }} as value
    from records
    union all
    select
        connection,
        deal_id,
        'CloseDate' as native_field,
        {{ map_value('fields', "'CloseDate'") }} as value
    from records
),

with_history as (
    select distinct
        connection,
        deal_id
    from history
)

select
    connection,
    deal_id,
    history_id,
    native_field,
    value,
    {# What the oldest row left shows may be older than the row, but held by then; what was left before that is unknown
       anyway, since the stages begin with the same row. #}
    changed_at,
    actor_id,
    actor_kind
from told
where value is distinct from previous_value
union all
select
    current_values.connection,
    current_values.deal_id,
    '000' as history_id,
    current_values.native_field,
    current_values.value,
    cast(null as timestamp) as changed_at,
    cast(null as {{ dbt.type_string() }}) as actor_id,
    'unknown' as actor_kind
from current_values
left join with_history
    on
        current_values.connection = with_history.connection
        and current_values.deal_id = with_history.deal_id
where with_history.deal_id is null and current_values.value is not null
