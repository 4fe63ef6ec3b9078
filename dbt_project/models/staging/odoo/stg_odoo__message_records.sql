{{ config(materialized='table') }}

{# Messages of leads: their latest words, and the deal under which each was first met. A merge writes the loser's
   messages all at once, under the winner's id; other rewrites come one by one. #}
with delivered as (
    select
        connection,
        id as message_id,
        coalesce(is_deleted, false) as is_deleted,
        seq,
        row_number() over (
            partition by connection, id
            order by modified_at desc nulls last, extracted_at desc, seq desc
        ) as recency,
        {{ parse_json('payload', {
            'res_id': 'text', 'date': 'text', 'author_id': ['text'], 'message_type': 'text', 'subtype_id': ['text'],
            'mail_activity_type_id': ['text'], 'create_date': 'text', 'write_date': 'text',
            'subject': 'text'
        }) }} as payload
    from {{ source('lake', 'odoo__messages') }}
    where kind = 'record'
),

placed as (
    select
        *,
        first_value(payload.res_id) over (partition by connection, message_id order by seq) as first_deal_id,
        payload.write_date > payload.create_date as is_rewritten
    from delivered
)

select
    connection,
    message_id,
    is_deleted,
    payload.res_id as deal_id,
    first_deal_id,
    payload.date as occurred_at_text,
    payload.create_date as recorded_at_text,
    payload.write_date as written_at_text,
    payload.author_id[1] as author_partner_id,
    payload.message_type,
    payload.subtype_id[1] as subtype_id,
    payload.mail_activity_type_id[1] as activity_type_id,
    {{ odoo_text('payload.subject') }} as subject,
    coalesce(is_rewritten, false)
    and count(case when is_rewritten then 1 end) over (partition by connection, payload.res_id, payload.write_date) > 1
        as is_inherited
from placed
where recency = 1
