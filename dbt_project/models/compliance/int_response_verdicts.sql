with duties as (

    select * from {{ ref('int_response_duties') }}

),

closings as (

    select * from {{ ref('int_response_closings') }}

),

sources as (

    select * from {{ ref('int_step_sources') }}

),

conditions as (

    select * from {{ ref('int_step_conditions') }}

),

weighed as (

    select
        duties.*,
        closings.closed_at,
        case
            when closings.was_closed then 'the deal was closed already'
            when conditions.failing_field is not null
                then 'the process does not ask for it with this ' || conditions.failing_field
        end as inapplicable_reason,
        case
            when duties.activated_at is null then 'what sets it off is recorded, but when is not known'
            when duties.activated_at <= duties.unclear_until
                then 'two deals were merged, and which of them it concerns is not known'
            when conditions.doubtful_field is not null
                then 'whether it is asked of this deal depends on its ' || conditions.doubtful_field
            when sources.step_key is null then 'the process names no evidence for it'
            when sources.uncovered_object is not null
                then 'the CRM''s ' || replace(sources.uncovered_object, '_', ' ') || ' could not be read'
            when sources.covered_from > duties.activated_at
                then 'the source was connected only after it was set off'
            when closings.maybe_closed_at <= duties.deadline_at then 'whether the deal was still open is not known'
            when duties.has_undated_answer then 'it is recorded, but when is not known'
            when duties.maybe_answered_at <= duties.deadline_at
                then 'something is recorded, but the CRM does not say which way it went, how it ended or its subject'
            when
                sources.rests_on_activities
                and duties.answered_at is null
                and duties.judged_at > duties.deadline_at
                and coalesce(logging.activities, 0) < settings.logging_min_activities
                then 'the owner logs too few activities to tell'
        end as doubt
    from duties
    cross join {{ source('reference', 'settings') }} as settings
    left join closings
        on
            duties.deal_key = closings.deal_key
            and duties.response_key = closings.response_key
            and duties.activation = closings.activation
    left join conditions
        on
            duties.deal_key = conditions.deal_key
            and duties.version = conditions.version
            and duties.response_key || ':' || cast(duties.activation as {{ dbt.type_string() }}) = conditions.step_key
    left join sources
        on
            duties.connection = sources.connection
            and duties.version = sources.version
            and duties.response_key = sources.step_key
    -- whose deal it was when the answer was due is asked for it; where nobody knows, whose it is now
    left join {{ ref('int_owner_spans') }} as spans
        on
            duties.deal_key = spans.deal_key
            and duties.deadline_at >= spans.held_from
            and duties.deadline_at < spans.held_to
    left join {{ ref('int_step_logging') }} as logging
        on
            duties.connection = logging.connection
            and coalesce(spans.owner_key, duties.owner_key) = logging.owner_key
            and duties.version = logging.version
            and duties.response_key = logging.step_key

),

stated as (

    select
        weighed.*,
        case
            when inapplicable_reason is not null then 'not_applicable'
            when answered_at <= deadline_at then 'fulfilled'
            when closed_at <= deadline_at then 'closed_before_deadline'
            when doubt is not null then 'unknown'
            when judged_at <= deadline_at then 'pending'
            when coalesce(answered_at, maybe_answered_at) is not null then 'late'
            else 'missing'
        end as state
    from weighed

),

final as (

    select
        stated.*,
        coalesce(answered_at, case when state = 'late' then maybe_answered_at end) as first_answered_at,
        coalesce(is_mandatory and state in ('fulfilled', 'late', 'missing'), false) as is_due,
        case when state = 'not_applicable' then inapplicable_reason when state = 'unknown' then doubt end as reason
    from stated

)

select * from final
