{{ config(materialized='table') }}

{# OpportunityFieldHistory tells old and new value of each field that is tracked. A look-up comes twice, by id and by
   name: the id counts. Rows older than its retention vanish there and stay in the lake, so deleted ones are kept. #}
with history as (
    {{ salesforce_rows('opportunity_field_history', 'history_id') }}
),

parsed as (
    select
        connection,
        history_id,
        {{ map_value('fields', "'OpportunityId'") }} as deal_id,
        {{ map_value('fields', "'Field'") }} as tracked_name,
        {{ map_value('fields', "'OldValue'") }} as old_text,
        {{ map_value('fields', "'NewValue'") }} as new_text,
        {{ map_value('fields', "'CreatedDate'") }} as changed_at_text,
        {{ to_utc(map_value('fields', "'CreatedDate'")) }} as changed_at,
        {{ map_value('fields', "'CreatedById'") }} as actor_id
    from history
),

users as (
    select * from {{ ref('stg_salesforce__users') }}
)

select
    parsed.connection,
    parsed.deal_id,
    parsed.history_id,
    case parsed.tracked_name
        when 'Owner' then 'OwnerId'
        when 'RecordType' then 'RecordTypeId'
        else parsed.tracked_name
    end as native_field,
    case when parsed.tracked_name = 'Owner' then coalesce(old_owners.owner_id, parsed.old_text) else parsed.old_text end
        as old_value,
    case when parsed.tracked_name = 'Owner' then coalesce(new_owners.owner_id, parsed.new_text) else parsed.new_text end
        as value,
    parsed.changed_at_text,
    parsed.changed_at,
    parsed.actor_id,
    coalesce(actors.actor_kind, 'unknown') as actor_kind,
    row_number() over (
        partition by parsed.connection, parsed.deal_id, parsed.tracked_name
        order by parsed.changed_at, parsed.history_id
    ) as place,
    row_number() over (
        partition by parsed.connection, parsed.deal_id, parsed.tracked_name
        order by parsed.changed_at desc, parsed.history_id desc
    ) as place_from_newest,
    {# The field was tracked from here on at the latest. #}
    min(parsed.changed_at) over (partition by parsed.connection, parsed.tracked_name) as tracked_since
from parsed
left join users as old_owners
    on
        parsed.connection = old_owners.connection
        and substr(parsed.old_text, 1, 15) = old_owners.short_id
left join users as new_owners
    on
        parsed.connection = new_owners.connection
        and substr(parsed.new_text, 1, 15) = new_owners.short_id
left join users as actors
    on
        parsed.connection = actors.connection
        and substr(parsed.actor_id, 1, 15) = actors.short_id
where
    parsed.tracked_name not in ('created', 'StageName', 'Amount', 'CloseDate')
    and case parsed.tracked_name
        when 'Owner' then substr(coalesce(parsed.new_text, parsed.old_text), 1, 3) = '005'
        when 'RecordType' then substr(coalesce(parsed.new_text, parsed.old_text), 1, 3) = '012'
        else true
    end
