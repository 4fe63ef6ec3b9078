with questions as (

    select * from {{ ref('int_condition_questions') }}

),

possible as (

    select * from {{ ref('int_condition_values') }}

),

conditions as (

    select * from {{ source('reference', 'step_conditions') }}

),

named_values as (

    select * from {{ source('reference', 'step_condition_values') }}

),

tested as (

    select
        questions.deal_key,
        questions.version,
        questions.step_key,
        conditions.step_key as condition_of,
        conditions.condition,
        conditions.field,
        case conditions.test
            when 'filled' then coalesce(trim(possible.value) <> '', false)
            when 'one_of' then named_values.value is not null
            when 'none_of' then named_values.value is null
            -- an empty field is neither large nor small; one that is no number may be either
            when 'at_least'
                then coalesce(trim(possible.value), '') <> '' and possible.number >= conditions.number
            when 'below'
                then coalesce(trim(possible.value), '') <> '' and possible.number < conditions.number
        end as holds,
        possible.deal_key is not null as is_known
    from questions
    inner join conditions
        on
            questions.version = conditions.version
            and questions.step_key = coalesce(conditions.step_key, questions.step_key)
            and questions.field = conditions.field
    left join possible
        on
            questions.deal_key = possible.deal_key
            and questions.version = possible.version
            and questions.step_key = possible.step_key
            and questions.field = possible.field
    left join named_values
        on
            conditions.version = named_values.version
            and coalesce(conditions.step_key, '') = coalesce(named_values.step_key, '')
            and conditions.condition = named_values.condition
            and (
                lower(trim(possible.value)) = named_values.value
                or (
                    conditions.field = 'pipeline'
                    and lower(possible.connection || '/' || possible.value) = named_values.value
                )
            )

),

answers as (

    select
        deal_key,
        version,
        step_key,
        condition_of,
        condition,
        field,
        max(case when is_known and holds then 1 else 0 end) as may_hold,
        max(case when is_known and not holds then 1 else 0 end) as may_fail,
        max(case when is_known and holds is not null then 0 else 1 end) as is_open
    from tested
    group by deal_key, version, step_key, condition_of, condition, field

),

-- one condition that fails for certain decides; one of which nobody knows leaves the step open
final as (

    select
        deal_key,
        version,
        step_key,
        min(case when may_hold = 0 and is_open = 0 then replace(field, '_', ' ') end) as failing_field,
        min(case when is_open = 1 or may_hold = may_fail then replace(field, '_', ' ') end) as doubtful_field
    from answers
    group by deal_key, version, step_key

)

select * from final
