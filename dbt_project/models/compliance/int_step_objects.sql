{{ config(materialized='view') }}

with terms as (

    select * from {{ source('reference', 'step_terms') }}

),

-- what has to be read of a CRM to find each kind of evidence
final as (

    select distinct
        version,
        step_key,
        kind,
        field,
        case
            when kind in ('field', 'field_at_gate') then 'field ' || field
            when kind = 'activity' then 'activities'
            when kind = 'contact' then 'contacts'
            when kind = 'document' then 'documents'
            else 'stage_changes'
        end as object
    from terms

)

select * from final
