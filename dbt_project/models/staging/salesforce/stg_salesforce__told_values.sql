{# Amounts and close dates of the always-on history: a row counts where the value differs from the row before. #}
with history as (
    select * from {{ ref('stg_salesforce__history') }}
),

deals as (
    select
        connection,
        deal_id,
        modified_at,
        {{ map_value('fields', "'Amount'") }} as amount,
        {{ map_value('fields', "'CloseDate'") }} as close_date
    from {{ ref('stg_salesforce__deal_records') }}
),

with_history as (
    select distinct
        connection,
        deal_id
    from history
),

told as (
    {%- for field, column in [('Amount', 'amount'), ('CloseDate', 'close_date')] %}
    select
        connection,
        deal_id,
        history_id,
        '{{ field }}' as native_field,
        {{ column }} as value,
        {# What the oldest row left shows may be older than it. #}
        case when is_creation or not is_first then changed_at end as changed_at,
        actor_id,
        actor_kind
    from history
    where {{ column }} is distinct from previous_{{ column }}
    union all
    select
        deals.connection,
        deals.deal_id,
        '000' as history_id,
        '{{ field }}' as native_field,
        deals.{{ column }} as value,
        cast(null as timestamp) as changed_at,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'unknown' as actor_kind
    from deals
    left join with_history
        on
            deals.connection = with_history.connection
            and deals.deal_id = with_history.deal_id
    where with_history.deal_id is null and deals.{{ column }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from told
