with duties as (

    select * from {{ ref('int_hygiene_duties') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

weighed as (

    select
        duties.*,
        pushes.pushes,
        case duties.kind
            when 'close_date_not_past' then coalesce(duties.close_date >= duties.today, false)
            when 'amount_present' then coalesce(duties.amount > 0, false)
            when 'next_activity_planned' then duties.next_activity_at is not null
            when 'contact_within' then coalesce(duties.judged_at <= duties.contact_until, false)
            when 'pushes_at_most' then pushes.deal_key is null
        end as is_kept,
        case
            when duties.outside is not null then duties.outside
            when duties.kind = 'next_activity_planned' and not duties.are_plans_known
                then 'what is planned is not read from this CRM, or nobody plans in it'
            when duties.kind = 'amount_present' and duties.is_amount_hidden
                then 'the CRM does not show us the amount'
            when duties.kind in ('close_date_not_past', 'pushes_at_most') and duties.is_close_date_hidden
                then 'the CRM does not show us the close date'
            when duties.kind in ('amount_present', 'close_date_not_past') and unread.value is not null
                then 'what the CRM holds there could not be read: ' || substr(unread.value, 1, 80)
            when duties.kind = 'pushes_at_most' and not duties.are_changes_known
                then 'the CRM''s field changes could not be read'
            -- what was put off before anybody looked is not counted
            when duties.kind = 'pushes_at_most' and pushes.deal_key is null and not duties.are_all_changes_known
                then 'the source was connected when the deal was under way'
            when duties.kind <> 'contact_within' then cast(null as {{ dbt.type_string() }})
            when duties.contacts_from is null then 'the CRM''s activities could not be read'
            when duties.began_at is null and duties.last_contact_at is null then 'when the deal began is not known'
            when duties.contacts_from > {{ add_seconds('duties.judged_at', '-86400 * duties.number') }}
                then 'the source was connected too recently'
            when duties.has_undated_contact then 'a contact is recorded, but when is not known'
            when not duties.logs_enough then 'the owner logs too few activities to tell'
        end as doubt,
        case duties.kind
            when 'close_date_not_past' then coalesce(calendar.day_end_utc, duties.began_at)
            when 'amount_present' then duties.amount_since
            when 'next_activity_planned' then coalesce(duties.last_activity_at, duties.began_at)
            when 'contact_within' then duties.contact_until
            when 'pushes_at_most' then pushes.changed_at
        end as broken_since,
        case
            when duties.kind = 'close_date_not_past' and duties.close_date is null then 'No close date is recorded'
            when duties.kind = 'close_date_not_past'
                then 'The close date, ' || cast(duties.close_date as {{ dbt.type_string() }}) || ', is past'
            when duties.kind = 'amount_present' then 'No amount is recorded'
            when duties.kind = 'next_activity_planned' then 'No next activity is planned'
            when duties.kind = 'pushes_at_most'
                then
                    'The close date was put off ' || cast(pushes.pushes as {{ dbt.type_string() }})
                    || ' times; the limit is ' || cast(cast(duties.number as bigint) as {{ dbt.type_string() }})
            else
                'No contact is recorded in the last '
                || cast(cast(duties.number as bigint) as {{ dbt.type_string() }}) || ' days'
        end as own_words
    from duties
    left join {{ ref('int_close_date_pushes') }} as pushes
        on
            duties.deal_key = pushes.deal_key
            and duties.kind = 'pushes_at_most'
            and pushes.push_no = floor(duties.number) + 1
    left join {{ ref('int_unread_values') }} as unread
        on
            duties.deal_key = unread.deal_key
            and unread.field = case duties.kind when 'amount_present' then 'amount' else 'close_date' end
    left join calendar on duties.kind = 'close_date_not_past' and duties.close_date = calendar.day

),

stated as (

    select
        weighed.*,
        case
            when outside = 'elsewhere' then 'not_applicable'
            when outside is null and is_kept and (kind <> 'pushes_at_most' or doubt is null) then 'ok'
            when doubt is not null then 'unknown'
            else 'broken'
        end as state
    from weighed

),

final as (

    select
        connection,
        deal_key,
        version,
        rule_key,
        kind,
        severity,
        stage_key,
        state,
        case when state = 'broken' then broken_since end as since,
        case when state = 'broken' then coalesce(sentence_text, own_words) end as sentence,
        case when state = 'unknown' then doubt end as reason
    from stated

)

select * from final
