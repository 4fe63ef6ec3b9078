with records as (

    select * from {{ ref('int_evidence_records') }}

),

matches as (

    select * from {{ ref('int_term_matches') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}

),

-- a message of which nobody knows which way it went, or a call of which nobody knows how it ended, may be the one asked
final as (

    select
        records.deal_key,
        matches.version,
        matches.step_key,
        min(coalesce(records.happened_at, cast('0001-01-01' as timestamp))) as first_at
    from records
    inner join matches
        on
            records.record_kind = matches.record_kind
            and records.label = matches.label
            and records.status = matches.status
            and records.direction = matches.direction
            and records.topic = matches.topic
    inner join terms
        on
            matches.version = terms.version
            and matches.step_key = terms.step_key
            and matches.alternative = terms.alternative
            and matches.term = terms.term
    where not matches.is_certain and (records.has_contact or not terms.needs_contact)
    group by records.deal_key, matches.version, matches.step_key

)

select * from final
