{{ config(materialized='table') }}

{# Activities themselves. Up to Odoo 18 a done one is deleted; from 19 on it stays archived with its day. #}
with latest as (
    {{ latest_records(source('lake', 'odoo__activities')) }}
),

parsed as (
    select
        connection,
        id as activity_no,
        coalesce(is_deleted, false) as is_deleted,
        {{ parse_json('payload', {
            'res_id': 'text', 'activity_type_id': ['text'], 'user_id': ['text'], 'active': 'text', 'state': 'text',
            'date_deadline': 'text', 'date_done': 'text', 'create_date': 'text', 'summary': 'text'
        }) }} as payload
    from latest
)

select
    connection,
    activity_no,
    is_deleted,
    payload.res_id as deal_id,
    payload.activity_type_id[1] as activity_type_id,
    payload.user_id[1] as owner_id,
    coalesce(payload.active = 'false' or payload.state = 'done', false) as is_done,
    {{ odoo_text('payload.date_done') }} as done_on_text,
    {{ odoo_text('payload.date_deadline') }} as due_on_text,
    payload.create_date as recorded_at_text,
    {{ odoo_text('payload.summary') }} as subject
from parsed
