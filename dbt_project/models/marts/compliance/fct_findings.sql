with findings as (

    select * from {{ ref('int_findings') }}

),

owners as (

    select * from {{ ref('int_finding_owners') }}

),

modes as (

    select * from {{ ref('int_step_modes') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

movers as (

    select * from {{ ref('int_movers') }}

),

final as (

    select
        {{ surrogate_key(['findings.deal_key', 'findings.family', 'findings.subject']) }} as finding_id,
        deals.connection,
        deals.crm,
        findings.deal_key,
        deals.deal_id,
        findings.kind,
        findings.step_key,
        findings.stage_key,
        findings.severity,
        findings.since,
        cast(
            greatest({{ seconds_between('findings.since', 'deals.judged_at') }} / 86400, cast(0 as double)) as double
        ) as days_open,
        owners.owner_key as owner_key_at_breach,
        findings.moved_by,
        movers.owner_key as moved_by_owner_key,
        findings.moved_by_kind,
        deals.owner_key as owner_key_now,
        deals.amount_home,
        findings.sentence,
        coalesce(modes.mode, 'alert') as mode,
        findings.is_alert and coalesce(modes.mode, 'alert') = 'alert' as is_alert,
        findings.is_alert and coalesce(modes.mode, 'alert') = 'coach' as is_for_owner,
        findings.is_waived,
        deals.judged_at,
        deals.as_of
    from findings
    inner join deals on findings.deal_key = deals.deal_key
    left join modes on findings.deal_key = modes.deal_key and findings.step_key = modes.step_key
    left join movers on deals.connection = movers.connection and findings.moved_by = movers.actor_id
    left join owners
        on
            findings.deal_key = owners.deal_key
            and findings.family = owners.family
            and findings.subject = owners.subject

)

select * from final
