with findings as (

    select * from {{ ref('int_findings') }}

),

-- whose deal it was when it happened; who inherited it since is not to blame
final as (

    select
        findings.deal_key,
        findings.family,
        findings.subject,
        spans.owner_key
    from findings
    inner join {{ ref('int_owner_spans') }} as spans
        on
            findings.deal_key = spans.deal_key
            and findings.since >= spans.held_from
            and findings.since < spans.held_to

)

select * from final
