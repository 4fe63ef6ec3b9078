with results as (

    select
        results.*,
        coalesce(results.owner_key_at_gate, results.owner_key) as judged_owner_key,
        cast({{ dbt.date_trunc('month', local_date('results.gate_at', 'settings.time_zone')) }} as date) as gate_month
    from {{ ref('fct_step_results') }} as results
    cross join {{ source('reference', 'settings') }} as settings
    where results.is_mandatory and (results.is_due or results.state = 'unknown')

),

kinds as (

    select distinct
        version,
        step_key,
        case when kind = 'field_at_gate' then 'field' else kind end as evidence_kind
    from {{ source('reference', 'step_terms') }}

),

logging as (

    select * from {{ ref('int_step_logging') }}

),

-- a step that several kinds of evidence can prove counts under each of them
reasons as (

    select
        results.connection,
        results.crm,
        results.judged_owner_key,
        kinds.evidence_kind,
        results.gate_month,
        case when results.state = 'unknown' then coalesce(results.reason, 'not told') end as reason,
        count(*) as steps,
        max(case when kinds.evidence_kind = 'activity' then coalesce(logging.activities, 0) end) as activities_logged
    from results
    inner join kinds on results.process_version = kinds.version and results.step_key = kinds.step_key
    left join logging
        on
            results.connection = logging.connection
            and results.judged_owner_key = logging.owner_key
            and results.process_version = logging.version
            and results.step_key = logging.step_key
    group by
        results.connection, results.crm, results.judged_owner_key, kinds.evidence_kind, results.gate_month,
        case when results.state = 'unknown' then coalesce(results.reason, 'not told') end

),

summed as (

    select
        connection,
        crm,
        judged_owner_key,
        evidence_kind,
        gate_month,
        cast(sum(steps) as bigint) as steps,
        cast(sum(case when reason is null then steps else 0 end) as bigint) as judged_steps,
        cast(sum(case when reason is not null then steps else 0 end) as bigint) as unknown_steps,
        cast(max(activities_logged) as bigint) as activities_logged,
        {{ listagg_ordered("reason || ' (' || cast(steps as " ~ dbt.type_string() ~ ") || ')'", "'; '", 'reason') }}
            as unknown_reasons
    from reasons
    group by connection, crm, judged_owner_key, evidence_kind, gate_month

),

final as (

    select
        {{ surrogate_key(['connection', 'judged_owner_key', 'evidence_kind', 'gate_month']) }} as coverage_id,
        summed.connection,
        summed.crm,
        summed.judged_owner_key as owner_key,
        summed.evidence_kind,
        summed.gate_month,
        summed.steps,
        summed.judged_steps,
        summed.unknown_steps,
        {{ safe_divide('summed.unknown_steps', 'summed.steps') }} as share_unknown,
        summed.unknown_reasons,
        summed.activities_logged,
        summed.activities_logged >= settings.logging_min_activities as is_logging_shown,
        settings.as_of
    from summed
    cross join {{ source('reference', 'settings') }} as settings

)

select * from final
