{{ config(materialized='table') }}

{# A merge moves the loser's messages, and with them its changes, to the winner, who never made them. A change
   belongs to the deal under which we first read it. One that we first read under the winner is known by its
   message: a merge wrote that again together with others (`is_inherited`), and nobody's walk may count it. #}
{% set fields = {
    'field_name': 'text',
    'message': {'id': 'text', 'res_id': 'text', 'date': 'text', 'author_id': ['text']},
} %}
{%- for age in ('old', 'new') %}{% for kind in ('integer', 'char', 'float', 'monetary', 'datetime') %}
    {%- do fields.update({age ~ '_value_' ~ kind: 'text'}) %}
{%- endfor %}{% endfor %}

with delivered as (
    select
        connection,
        id as change_no_text,
        seq,
        row_number() over (
            partition by connection, id
            order by modified_at desc nulls last, extracted_at desc, seq desc
        ) as recency,
        {{ parse_json('payload', fields) }} as payload
    from {{ source('lake', 'odoo__tracking_values') }}
    where kind = 'record'
),

placed as (
    select
        *,
        payload.field_name,
        first_value(payload.message.res_id) over (partition by connection, change_no_text order by seq) as first_deal_id
    from delivered
)

select
    placed.connection,
    {{ to_count('placed.change_no_text') }} as change_no,
    placed.first_deal_id as deal_id,
    placed.first_deal_id = placed.payload.message.res_id and coalesce(messages.is_inherited, false) as is_inherited,
    placed.field_name,
    {{ to_count('placed.payload.message.id') }} as message_no,
    placed.payload.message.date as changed_at_text,
    {{ to_utc('placed.payload.message.date') }} as changed_at,
    placed.payload.message.author_id[1] as author_partner_id,
    {{ odoo_tracked('old') }} as old_value,
    {{ odoo_tracked('new') }} as new_value,
    {{ odoo_text('placed.payload.old_value_char') }} as old_label,
    {{ odoo_text('placed.payload.new_value_char') }} as new_label
from placed
left join {{ ref('stg_odoo__message_records') }} as messages
    on
        placed.connection = messages.connection
        and placed.payload.message.id = messages.message_id
where placed.recency = 1 and placed.field_name <> ''
