{{ config(materialized='view') }}

with coverage as (

    select * from {{ source('reference', 'coverage') }}

),

absent as (

    select * from {{ source('reference', 'absent_fields') }}

),

fields as (

    select distinct field
    from {{ source('reference', 'step_terms') }}
    where kind in ('field', 'field_at_gate')

),

-- a field that the CRM does not show us proves nothing by being empty, so each of them is covered by itself
final as (

    select
        connection,
        object,
        covered_from
    from coverage

    union all

    select
        coverage.connection,
        'field ' || fields.field as object,
        coverage.covered_from
    from coverage
    cross join fields
    left join absent on coverage.connection = absent.connection and fields.field = absent.field
    where coverage.object = 'field_changes' and absent.connection is null

)

select * from final
