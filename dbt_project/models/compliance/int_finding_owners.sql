with findings as (

    select * from {{ ref('int_findings') }}

),

changes as (

    select * from {{ ref('int_field_changes') }}
    where field = 'owner' and changed_at is not null

),

ranked as (

    select
        findings.deal_key,
        findings.family,
        findings.subject,
        deals.connection,
        changes.value as owner_id,
        row_number() over (
            partition by findings.deal_key, findings.family, findings.subject
            order by changes.changed_at desc, changes.change_id desc
        ) as recency
    from findings
    inner join {{ ref('int_judged_deals') }} as deals on findings.deal_key = deals.deal_key
    inner join changes
        on
            findings.deal_key = changes.deal_key
            and changes.changed_at <= findings.since
            and not coalesce(changes.recorded_at > deals.judged_at, false)

),

-- whose deal it was when it happened; who inherited it since is not to blame
final as (

    select
        ranked.deal_key,
        ranked.family,
        ranked.subject,
        owners.owner_key
    from ranked
    inner join {{ ref('int_owners') }} as owners
        on ranked.connection = owners.connection and ranked.owner_id = owners.owner_id
    where ranked.recency = 1

)

select * from final
