{{ config(materialized='table') }}

with latest as (
    {{ latest_records(source('lake', 'odoo__orders')) }}
),

parsed as (
    select
        connection,
        id as order_id,
        coalesce(is_deleted, false) as is_deleted,
        {{ parse_json('payload', {
            'opportunity_id': ['text'], 'state': 'text', 'create_date': 'text', 'user_id': ['text']
        }) }} as payload
    from latest
)

select
    connection,
    order_id,
    is_deleted,
    payload.opportunity_id[1] as deal_id,
    lower(payload.state) as status,
    payload.create_date as occurred_at_text,
    payload.user_id[1] as actor_id
from parsed
