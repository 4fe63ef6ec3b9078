{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('int_field_changes') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}
    where kind = 'field'

),

allowed_values as (

    select * from {{ source('reference', 'step_term_values') }}
    where role = 'value'

),

-- each moment at which the field held a value that satisfies the term
final as (

    select
        changes.deal_key,
        terms.version,
        terms.step_key,
        terms.alternative,
        terms.term,
        changes.change_id,
        changes.field,
        changes.value,
        changes.actor_id,
        -- a snapshot tells that a value is there, and not when it was set
        case
            when
                changes.source <> 'snapshot'
                or (terms.changed_after is null and terms.within_days_before_gate is null)
                then changes.changed_at
        end as happened_at,
        changes.changed_at,
        changes.recorded_at,
        changes.precision
    from changes
    inner join terms on changes.field = terms.field
    left join allowed_values
        on
            terms.version = allowed_values.version
            and terms.step_key = allowed_values.step_key
            and terms.alternative = allowed_values.alternative
            and terms.term = allowed_values.term
            and lower(trim(changes.value)) = allowed_values.value
    where
        case
            when terms.test = 'one_of' then allowed_values.value is not null
            when terms.test = 'positive' then coalesce({{ to_money('changes.value') }} > 0, false)
            else coalesce(trim(changes.value) <> '', false)
        end
        and not coalesce(changes.changed_at < terms.changed_after, false)

)

select * from final
