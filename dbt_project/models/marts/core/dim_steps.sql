select
    {{ surrogate_key(['steps.version', 'steps.step_key']) }} as step_version_key,
    steps.version as process_version,
    steps.step_key,
    steps.step_name,
    steps.stage_key,
    steps.stage_order,
    steps.why,
    steps.is_mandatory,
    steps.severity,
    steps.after_step_key,
    steps.not_by_step_key,
    steps.must_be_inside,
    steps.clock,
    steps.evidence_text,
    coalesce(modes.mode, 'alert') as mode,
    versions.valid_from,
    versions.valid_to,
    coalesce(versions.valid_from <= settings.as_of, true)
    and coalesce(settings.as_of < versions.valid_to, true) as is_current,
    settings.as_of
from {{ source('reference', 'process_steps') }} as steps
inner join {{ source('reference', 'process_versions') }} as versions
    on steps.version = versions.version
left join {{ source('reference', 'step_modes') }} as modes
    on
        steps.version = modes.version
        and steps.step_key = modes.step_key
        and modes.team is null
cross join {{ source('reference', 'settings') }} as settings
