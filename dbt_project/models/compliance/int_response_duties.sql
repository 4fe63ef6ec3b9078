with answers as (

    select * from {{ ref('int_response_answers') }}

),

paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

judged_types as (

    select * from {{ source('reference', 'process_deal_types') }}

),

responses as (

    select * from {{ source('reference', 'process_responses') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

-- the version that is in force when a duty is set off asks for it
asked as (

    select
        paths.connection,
        paths.owner_key,
        paths.judged_at,
        paths.judge_from,
        paths.unclear_until,
        paths.status,
        answers.*,
        responses.is_mandatory,
        responses.within_working_days,
        answers.activated_until > answers.activated_at as is_by_day,
        {{ local_date('answers.activated_at', 'settings.time_zone') }} as activation_day,
        {{ add_seconds('answers.activated_at', 'responses.within_seconds') }} as span_end,
        {{ local_date(add_seconds('answers.activated_at', 'responses.within_seconds'), 'settings.time_zone') }}
            as span_day
    from answers
    cross join settings
    inner join paths on answers.deal_key = paths.deal_key
    inner join responses
        on answers.version = responses.version and answers.response_key = responses.response_key
    inner join periods
        on
            answers.version = periods.version
            and coalesce(answers.activated_at, answers.activated_until, paths.judged_at) >= periods.in_force_from
            and coalesce(answers.activated_at, answers.activated_until, paths.judged_at) < periods.in_force_to
    inner join judged_types
        on answers.version = judged_types.version and paths.deal_type = judged_types.deal_type

),

final as (

    select
        asked.*,
        row_number() over (
            partition by asked.deal_key, asked.response_key
            order by
                case when asked.activated_at is null then 1 else 0 end,
                asked.activated_at, asked.record_kind, asked.record_id
        ) as activation,
        -- a day ends just before the next one begins
        case
            when asked.within_working_days is not null
                then coalesce(
                    {{ add_seconds('working_days.day_end_utc', '-0.000001') }},
                    {{ add_seconds('asked.activated_at', 'cast(asked.within_working_days as bigint) * 86400') }}
                )
            when asked.is_by_day
                then coalesce({{ add_seconds('span_days.day_end_utc', '-0.000001') }}, asked.span_end)
            else asked.span_end
        end as deadline_at
    from asked
    left join calendar on asked.activation_day = calendar.day
    left join calendar as span_days on asked.is_by_day and asked.span_day = span_days.day
    left join calendar as working_days
        on
            working_days.is_working_day
            and calendar.working_day_no + asked.within_working_days = working_days.working_day_no

)

select * from final
