with verdicts as (

    select * from {{ ref('int_response_verdicts') }}
    where is_due and state in ('late', 'missing')

),

responses as (

    select * from {{ source('reference', 'process_responses') }}

),

visits as (

    select * from {{ ref('int_visits') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

-- what one and the same answer would have answered is one root cause, told with the first time that it was due
ranked as (

    select
        verdicts.*,
        row_number() over (partition by deal_key, response_key, state, first_answered_at order by activation) as nth,
        count(*) over (partition by deal_key, response_key, state, first_answered_at) as activations
    from verdicts

),

final as (

    select
        ranked.deal_key,
        case when ranked.state = 'late' then 'response_late' else 'response_missing' end as kind,
        'response' as family,
        ranked.response_key || ' ' || cast(ranked.activated_at as {{ dbt.type_string() }}) as subject,
        ranked.response_key as step_key,
        coalesce(visits.stage_key, 'unmapped') as stage_key,
        responses.severity,
        ranked.deadline_at as since,
        cast(null as integer) as visit_no,
        cast(null as {{ dbt.type_string() }}) as moved_by,
        cast(null as {{ dbt.type_string() }}) as moved_by_kind,
        -- a late answer nobody can mend, nor one to a deal that is closed
        ranked.state = 'missing'
        and ranked.status = 'open'
        and ranked.deadline_at >= ranked.judge_from as is_alert,
        false as is_waived,
        coalesce(
            case when ranked.state = 'missing' then responses.sentence_text end,
            '"' || responses.response_name || '" was due by '
            || cast({{ local_date('ranked.deadline_at', 'settings.time_zone') }} as {{ dbt.type_string() }})
            || case
                when ranked.state = 'missing' then ' and is not recorded'
                else
                    ' and was recorded only on '
                    || cast(
                        {{ local_date('ranked.first_answered_at', 'settings.time_zone') }} as {{ dbt.type_string() }}
                    )
                    -- the CRM leaves open whether what came late is the answer
                    || case when ranked.answered_at is null then ', if at all' else '' end
            end
            || case
                when ranked.activations > 1
                    then '; it was asked for ' || cast(ranked.activations as {{ dbt.type_string() }}) || ' times'
                else ''
            end
        ) as sentence
    from ranked
    cross join settings
    inner join responses
        on ranked.version = responses.version and ranked.response_key = responses.response_key
    left join visits
        on
            ranked.deal_key = visits.deal_key
            and ranked.deadline_at >= visits.entered_at
            and ranked.deadline_at < coalesce(visits.left_at, cast('9999-12-31' as timestamp))
    where ranked.nth = 1

)

select * from final
