with verdicts as (

    select * from {{ ref('int_step_verdicts') }}
    -- what is not due and has no evidence has nothing to be told of
    where state <> 'not_applicable' and (state <> 'not_due' or has_evidence)

),

found as (

    select * from {{ ref('int_evidence_words') }}

),

lookups as (

    select * from {{ ref('int_step_lookups') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

owners as (

    select * from {{ ref('int_owners') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

-- a step that is owed and has nothing on record is one row too: what was looked for, and where
told as (

    select
        verdicts.deal_key,
        verdicts.version,
        verdicts.step_key,
        verdicts.judged_at,
        found.record_kind,
        found.record_id,
        found.what,
        found.happened_at,
        found.is_day,
        found.recorded_at as entered_in_crm_at,
        found.done_by,
        coalesce(found.is_counted or (found.record_id is not null and verdicts.state = 'done'), false) as is_counted,
        coalesce(found.evidence_no, 1) as evidence_no
    from verdicts
    left join found
        on
            verdicts.deal_key = found.deal_key
            and verdicts.version = found.version
            and verdicts.step_key = found.step_key
    where found.deal_key is not null or verdicts.state in ('missing', 'unknown', 'pending')

),

final as (

    select
        {{ surrogate_key(['told.deal_key', 'told.step_key', 'told.evidence_no']) }} as evidence_id,
        deals.connection,
        deals.crm,
        told.deal_key,
        deals.deal_id,
        told.step_key,
        told.version as process_version,
        told.evidence_no,
        told.is_counted,
        told.record_kind as kind,
        told.what,
        told.happened_at,
        coalesce(told.is_day, false) as is_day,
        told.entered_in_crm_at as recorded_at,
        coalesce(owners.owner_key, told.done_by) as done_by,
        told.record_id,
        case when told.record_kind is not null then deals.deal_url end as url,
        case when not told.is_counted then steps.evidence_text end as looked_for,
        case when not told.is_counted then lookups.looked_where end as looked_where,
        told.judged_at,
        settings.as_of
    from told
    inner join deals on told.deal_key = deals.deal_key
    inner join steps on told.version = steps.version and told.step_key = steps.step_key
    cross join settings
    left join lookups
        on
            deals.connection = lookups.connection
            and told.version = lookups.version
            and told.step_key = lookups.step_key
    left join owners on deals.connection = owners.connection and told.done_by = owners.owner_id

)

select * from final
