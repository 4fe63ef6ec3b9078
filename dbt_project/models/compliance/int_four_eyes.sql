with doers as (

    select * from {{ ref('int_step_doers') }}

),

-- everybody who did the one against everybody who did the other, not only the last of each
pairs as (

    select
        duties.deal_key,
        duties.version,
        duties.step_key,
        steps.not_by_step_key,
        coalesce(ours.person = theirs.person, false) as is_same,
        ours.is_identified and theirs.is_identified as is_identified,
        ours.person,
        greatest(ours.first_at, theirs.first_at) as happened_at
    from {{ ref('int_step_duties') }} as duties
    inner join {{ source('reference', 'process_steps') }} as steps
        on duties.version = steps.version and duties.step_key = steps.step_key
    inner join doers as ours on duties.deal_key = ours.deal_key and duties.step_key = ours.step_key
    inner join doers as theirs
        on duties.deal_key = theirs.deal_key and steps.not_by_step_key = theirs.step_key
    where duties.inapplicable_reason is null

),

final as (

    select
        deal_key,
        version,
        step_key,
        not_by_step_key,
        case
            when max(case when is_same then 1 else 0 end) = 1 then 'violated'
            when min(case when is_identified then 1 else 0 end) = 0 then 'unknown'
            else 'ok'
        end as four_eyes,
        min(case when is_same then person end) as person,
        min(case when is_same then happened_at end) as happened_at
    from pairs
    group by deal_key, version, step_key, not_by_step_key

)

select * from final
