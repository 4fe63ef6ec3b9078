{# A done activity leaves a message with its exact time. An e-mail from a customer is a message that came in; what
   we write to a lead's followers goes out (the first kind of message that Odoo has; the second are notes among
   colleagues). A planned activity proves nothing until it is done, so one that is overdue is left out. #}
with messages as (
    select
        messages.*,
        users.user_id,
        case
            when messages.activity_type_id is not null then coalesce(types.kind, 'task')
            when messages.message_type in ('email', 'email_outgoing') then 'email'
            when messages.message_type = 'comment' and messages.subtype_id = '1' then 'email'
        end as kind
    from {{ ref('stg_odoo__message_records') }} as messages
    left join {{ ref('stg_odoo__activity_types') }} as types
        on
            messages.connection = types.connection
            and messages.activity_type_id = types.activity_type_id
    left join {{ ref('stg_odoo__users') }} as users
        on
            messages.connection = users.connection
            and messages.author_partner_id = users.partner_id
    where not messages.is_deleted
),

planned as (
    select
        planned.*,
        coalesce(types.kind, 'task') as kind,
        {{ to_day('planned.done_on_text') }} as done_on,
        {{ to_day('planned.due_on_text') }} as due_on
    from {{ ref('stg_odoo__planned_activities') }} as planned
    left join {{ ref('stg_odoo__activity_types') }} as types
        on
            planned.connection = types.connection
            and planned.activity_type_id = types.activity_type_id
    where not planned.is_deleted
),

told as (
    select distinct
        planned.connection,
        planned.activity_no
    from planned
    inner join messages
        on
            planned.connection = messages.connection
            and planned.deal_id = messages.deal_id
            and planned.activity_type_id = messages.activity_type_id
            and abs({{ day_diff('planned.done_on', to_day('messages.occurred_at_text')) }}) <= 1
)

select
    connection,
    deal_id,
    'message ' || message_id as activity_id,
    kind,
    case when activity_type_id is not null then 'completed' end as outcome,
    case when kind = 'email' then case when user_id is null and activity_type_id is null then 'in' else 'out' end end
        as direction,
    {{ to_utc('occurred_at_text') }} as occurred_at,
    {{ to_utc('recorded_at_text') }} as recorded_at,
    user_id as owner_id,
    cast(case when kind = 'email' and user_id is null and activity_type_id is null then 1 end as integer)
        as contact_count,
    'second' as precision,
    cast(null as timestamp) as started_at,
    subject,
    cast(null as timestamp) as withdrawn_at
from messages
where kind is not null and {{ to_utc('occurred_at_text') }} is not null
union all
select
    planned.connection,
    planned.deal_id,
    'activity ' || planned.activity_no as activity_id,
    planned.kind,
    case when planned.is_done then 'completed' else 'planned' end as outcome,
    case when planned.kind = 'email' then 'out' end as direction,
    cast(case when planned.is_done then planned.done_on else planned.due_on end as timestamp) as occurred_at,
    {{ to_utc('planned.recorded_at_text') }} as recorded_at,
    planned.owner_id,
    cast(null as integer) as contact_count,
    'day' as precision,
    cast(null as timestamp) as started_at,
    planned.subject,
    cast(null as timestamp) as withdrawn_at
from planned
cross join {{ source('reference', 'settings') }} as settings
left join {{ source('reference', 'connections') }} as connections
    on planned.connection = connections.connection
left join told
    on
        planned.connection = told.connection
        and planned.activity_no = told.activity_no
where
    told.activity_no is null
    and (
        (planned.is_done and planned.done_on is not null)
        or (
            not planned.is_done
            and {{ is_still_ahead('cast(planned.due_on as timestamp)') }}
        )
    )
