{{ config(materialized='view') }}

with terms as (

    select * from {{ source('reference', 'step_terms') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

final as (

    select
        terms.version,
        terms.step_key,
        terms.alternative,
        terms.term,
        terms.kind,
        terms.stage_key,
        terms.needs_contact,
        coalesce(steps.clock = 'start', false) as is_by_start
    from terms
    left join steps on terms.version = steps.version and terms.step_key = steps.step_key

)

select * from final
