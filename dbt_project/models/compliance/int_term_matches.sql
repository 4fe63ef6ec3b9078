with records as (

    select distinct
        record_kind,
        label,
        status,
        direction,
        topic
    from {{ ref('int_evidence_records') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}
    where kind in ('activity', 'contact', 'document')

),

term_values as (

    select
        version,
        step_key,
        alternative,
        term,
        variant,
        case
            when role in ('kind', 'contact_role', 'document_kind') then 'label'
            when role in ('outcome', 'status') then 'status'
            else role
        end as filter,
        value
    from {{ source('reference', 'step_term_values') }}

),

-- every kind of record there is, against each variant's filters: a filter that is not given lets everything pass
tested as (

    select
        terms.version,
        terms.step_key,
        terms.alternative,
        terms.term,
        term_values.variant,
        records.record_kind,
        records.label,
        records.status,
        records.direction,
        records.topic,
        max(case when term_values.filter = 'label' then 1 else 0 end) as asks_label,
        max(case when term_values.filter = 'label' and term_values.value = records.label then 1 else 0 end)
            as has_label,
        max(case when term_values.filter = 'status' then 1 else 0 end) as asks_status,
        max(case when term_values.filter = 'status' and term_values.value = records.status then 1 else 0 end)
            as has_status,
        max(case when term_values.filter = 'not_outcome' and term_values.value = records.status then 1 else 0 end)
            as is_excluded,
        max(case when term_values.filter = 'direction' then 1 else 0 end) as asks_direction,
        max(case when term_values.filter = 'direction' and term_values.value = records.direction then 1 else 0 end)
            as has_direction,
        max(case when term_values.filter = 'text' then 1 else 0 end) as asks_text,
        max(
            case
                when
                    term_values.filter = 'text'
                    and {{ dbt.position("'|' || term_values.value || '|'", 'records.topic') }} > 0
                    then 1
                else 0
            end
        ) as has_text
    from terms
    inner join records on terms.kind = records.record_kind
    left join term_values
        on
            terms.version = term_values.version
            and terms.step_key = term_values.step_key
            and terms.alternative = term_values.alternative
            and terms.term = term_values.term
    group by
        terms.version, terms.step_key, terms.alternative, terms.term, term_values.variant,
        records.record_kind, records.label, records.status, records.direction, records.topic

),

-- what the CRM leaves open doesn't match for certain, but it may
final as (

    select
        version,
        step_key,
        alternative,
        term,
        record_kind,
        label,
        status,
        direction,
        topic,
        max(
            case
                when asks_status = has_status and asks_direction = has_direction and asks_text = has_text then 1 else 0
            end
        ) = 1 as is_certain
    from tested
    where
        asks_label = has_label
        and is_excluded = 0
        and (asks_status = has_status or status = '')
        and (asks_direction = has_direction or direction = '')
        and (asks_text = has_text or topic = '?')
        -- an approval is a document of the CRM's only where an approval is asked for
        and (asks_label = 1 or label <> 'approval')
    group by version, step_key, alternative, term, record_kind, label, status, direction, topic

)

select * from final
