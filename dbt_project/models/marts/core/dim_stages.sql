select
    {{ surrogate_key(['stages.version', 'stages.stage_key']) }} as stage_version_key,
    stages.version as process_version,
    stages.stage_key,
    stages.stage_name,
    stages.stage_order,
    stages.probability,
    stages.max_days,
    stages.is_optional,
    versions.valid_from,
    versions.valid_to,
    coalesce(versions.valid_from <= settings.as_of, true)
    and coalesce(settings.as_of < versions.valid_to, true) as is_current,
    settings.as_of
from {{ source('reference', 'process_stages') }} as stages
inner join {{ source('reference', 'process_versions') }} as versions
    on stages.version = versions.version
cross join {{ source('reference', 'settings') }} as settings
