with evidence as (

    select * from {{ ref('int_known_evidence') }}

),

duties as (

    select * from {{ ref('int_step_duties') }}
    where inapplicable_reason is null

),

steps as (

    select * from {{ source('reference', 'process_steps') }}
    where not_by_step_key is not null

),

-- the other step may be judged by another version, one that compares it with nothing
compared as (

    select step_key
    from steps
    union
    select not_by_step_key as step_key
    from steps

),

changes as (

    select * from {{ ref('int_field_changes') }}

),

visits as (

    select * from {{ ref('int_visits') }}

),

-- whatever proves a step was done by somebody, also what came too late or once more
final as (

    select
        duties.connection,
        evidence.deal_key,
        evidence.step_key,
        evidence.happened_at,
        case when evidence.record_kind in ('activity', 'document') then evidence.done_by end as owner_key,
        case when evidence.record_kind in ('field', 'stage') then evidence.done_by end as user_id,
        coalesce(changes.actor_kind, visits.actor_kind, 'person') in ('integration', 'import', 'workflow') as is_machine
    from evidence
    inner join compared on evidence.step_key = compared.step_key
    inner join duties
        on
            evidence.deal_key = duties.deal_key
            and evidence.version = duties.version
            and evidence.step_key = duties.step_key
    left join changes
        on
            evidence.record_kind = 'field'
            and evidence.deal_key = changes.deal_key
            and evidence.label = changes.field
            and evidence.record_id = changes.change_id
    left join visits
        on
            evidence.record_kind = 'stage'
            and evidence.deal_key = visits.deal_key
            and evidence.record_id = cast(visits.visit_no as {{ dbt.type_string() }})
    left join {{ ref('int_withdrawn_evidence') }} as withdrawn
        on {{ same_evidence('evidence', 'withdrawn') }}
    where withdrawn.deal_key is null

)

select * from final
