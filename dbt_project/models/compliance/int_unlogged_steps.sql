{{ config(materialized='view') }}

with deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where rests_on_activities and judged_at > deadline_at

),

people as (

    select * from {{ ref('int_visit_people') }}

),

logging as (

    select * from {{ ref('int_step_logging') }}

),

-- what is on record whole is no matter of logging
done as (

    select * from {{ ref('int_step_evidence') }}

),

-- where who had the deal when it left the stage logs too few activities to tell; where nobody knows, who has it now
final as (

    select
        deadlines.deal_key,
        deadlines.version,
        deadlines.step_key
    from deadlines
    inner join {{ source('reference', 'settings') }} as settings on settings.logging_min_activities > 0
    left join people on deadlines.deal_key = people.deal_key and deadlines.gate_visit_no = people.visit_no
    left join logging
        on
            deadlines.connection = logging.connection
            and coalesce(people.owner_key, deadlines.owner_key) = logging.owner_key
            and deadlines.version = logging.version
            and deadlines.step_key = logging.step_key
    left join done
        on
            deadlines.deal_key = done.deal_key
            and deadlines.version = done.version
            and deadlines.step_key = done.step_key
    where
        done.deal_key is null
        and coalesce(logging.activities, 0) < settings.logging_min_activities

)

select * from final
