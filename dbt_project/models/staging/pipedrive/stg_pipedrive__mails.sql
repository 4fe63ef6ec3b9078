{# Messages on deals: one by one where they were read, else what the deal's own record tells of the last ones. Of
   earlier messages that were only counted it is known that there are some, and not when. #}
with latest as (
    {{ latest_records(source('lake', 'pipedrive__deal_mails')) }}
),

parsed as (
    select
        connection,
        id as deal_id,
        {{ parse_json('payload', {'mails': [{
            'id': 'text', 'message_time': 'text', 'add_time': 'text', 'user_id': 'text', 'sent_flag': 'text',
            'draft_flag': 'text', 'deleted_flag': 'text', 'subject': 'text',
        }]}) }} as payload
    from latest
    where not coalesce(is_deleted, false)
),

messages as (
    select
        connection,
        deal_id,
        {{ unnest_array('payload.mails', 'mail', 'place') }}
    from parsed
),

counted as (
    select
        deals.connection,
        deals.deal_id,
        {{ to_count(map_value('deals.fields', "'email_messages_count'")) }} as message_count,
        {{ map_value('deals.fields', "'last_incoming_mail_time'") }} as last_in_text,
        {{ map_value('deals.fields', "'last_outgoing_mail_time'") }} as last_out_text
    from {{ ref('stg_pipedrive__deal_records') }} as deals
    left join parsed
        on
            deals.connection = parsed.connection
            and deals.deal_id = parsed.deal_id
    where parsed.deal_id is null
)

select
    connection,
    deal_id,
    mail.id as mail_id,
    case when {{ to_flag('mail.sent_flag') }} then 'out' else 'in' end as direction,
    mail.message_time as occurred_at_text,
    mail.add_time as recorded_at_text,
    mail.user_id as owner_id,
    mail.subject
from messages
where not coalesce({{ to_flag('mail.draft_flag') }}, false) and not coalesce({{ to_flag('mail.deleted_flag') }}, false)
union all
select
    connection,
    deal_id,
    'last in' as mail_id,
    'in' as direction,
    last_in_text as occurred_at_text,
    last_in_text as recorded_at_text,
    cast(null as {{ dbt.type_string() }}) as owner_id,
    cast(null as {{ dbt.type_string() }}) as subject
from counted
where last_in_text is not null
union all
select
    connection,
    deal_id,
    'last out' as mail_id,
    'out' as direction,
    last_out_text as occurred_at_text,
    last_out_text as recorded_at_text,
    cast(null as {{ dbt.type_string() }}) as owner_id,
    cast(null as {{ dbt.type_string() }}) as subject
from counted
where last_out_text is not null
union all
select
    connection,
    deal_id,
    'earlier' as mail_id,
    'in' as direction,
    cast(null as {{ dbt.type_string() }}) as occurred_at_text,
    cast(null as {{ dbt.type_string() }}) as recorded_at_text,
    cast(null as {{ dbt.type_string() }}) as owner_id,
    cast(null as {{ dbt.type_string() }}) as subject
from counted
where
    last_in_text is not null
    and message_count > case when last_out_text is null then 1 else 2 end
