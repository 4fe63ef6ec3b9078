with activities as (

    select * from {{ ref('int_activities') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}
    where kind = 'activity'

),

term_values as (

    select * from {{ source('reference', 'step_term_values') }}

),

variants as (

    select distinct
        version,
        step_key,
        alternative,
        term,
        variant
    from term_values

),

connections as (

    select * from {{ source('reference', 'connections') }}

),

logged as (

    select
        activities.connection,
        activities.owner_key,
        coalesce(lower(activities.kind), '') as kind,
        count(distinct activities.activity_id) as activities
    from activities
    inner join connections on activities.connection = connections.connection
    where
        activities.owner_key is not null
        and activities.occurred_at <= connections.judged_at
        and not coalesce(activities.recorded_at > connections.judged_at, false)
        and coalesce(activities.outcome, '') <> 'planned'
    group by activities.connection, activities.owner_key, coalesce(lower(activities.kind), '')

),

-- a term, or one of its variants, that names no kind counts all of them
kinds as (

    select distinct
        terms.version,
        terms.step_key,
        term_values.value as kind
    from terms
    left join variants
        on
            terms.version = variants.version
            and terms.step_key = variants.step_key
            and terms.alternative = variants.alternative
            and terms.term = variants.term
    left join term_values
        on
            variants.version = term_values.version
            and variants.step_key = term_values.step_key
            and variants.alternative = term_values.alternative
            and variants.term = term_values.term
            and variants.variant = term_values.variant
            and term_values.role = 'kind'

),

counted as (

    select distinct
        logged.connection,
        logged.owner_key,
        kinds.version,
        kinds.step_key,
        logged.kind,
        logged.activities
    from logged
    inner join kinds on logged.kind = coalesce(kinds.kind, logged.kind)

),

-- how many activities of a step's kinds each owner has logged at all: who logs none is not accused of a missing one
final as (

    select
        connection,
        owner_key,
        version,
        step_key,
        cast(sum(activities) as bigint) as activities
    from counted
    group by connection, owner_key, version, step_key

)

select * from final
