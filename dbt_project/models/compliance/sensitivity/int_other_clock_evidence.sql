with units as (

    select * from {{ ref('int_other_clock_units') }}

),

shifted as (

    select distinct deal_key from units

),

gate_values as (

    select * from {{ ref('int_values_at_gate') }}
    where is_satisfied

),

terms as (

    select
        version,
        step_key,
        alternative,
        count(*) as terms_needed
    from {{ source('reference', 'step_terms') }}
    group by version, step_key, alternative

),

ranked as (

    select
        units.*,
        row_number() over (
            partition by deal_key, version, step_key, alternative, term order by other_at
        ) as done_rank,
        row_number() over (
            partition by deal_key, version, step_key, alternative, term order by other_proven_at
        ) as proven_rank
    from units

),

-- a term is done with the last of as many as it needs
found as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        max(case when done_rank = needed then other_at end) as done_at,
        max(case when proven_rank = needed then other_proven_at end) as proven_at
    from ranked
    group by deal_key, version, step_key, alternative, term
    having max(done_rank) >= max(needed)

    union all

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        gate_at as done_at,
        proven_at
    from gate_values

),

complete as (

    select
        found.deal_key,
        found.version,
        found.step_key,
        found.alternative,
        max(found.done_at) as done_at,
        max(found.proven_at) as proven_at
    from found
    inner join terms
        on
            found.version = terms.version
            and found.step_key = terms.step_key
            and found.alternative = terms.alternative
    group by found.deal_key, found.version, found.step_key, found.alternative
    having count(*) = max(terms.terms_needed)

),

-- only deals that the other clock can change: the rest is done when it is done
final as (

    select
        complete.deal_key,
        complete.version,
        complete.step_key,
        min(complete.done_at) as done_at,
        min(complete.proven_at) as proven_at
    from complete
    inner join shifted on complete.deal_key = shifted.deal_key
    group by complete.deal_key, complete.version, complete.step_key

)

select * from final
