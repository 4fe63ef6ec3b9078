select
    {{ surrogate_key(['runs.connection', 'runs.pass_id', 'runs.object']) }} as sync_run_key,
    runs.connection,
    runs.crm,
    runs.pass_id,
    runs.object,
    runs.state,
    runs.covered as is_covered,
    runs.started_at,
    runs.ended_at,
    runs.rows_read,
    runs.rows_ours,
    runs.rows_theirs,
    runs.rows_ours - runs.rows_theirs as rows_difference,
    runs.requests,
    runs.bytes,
    runs.seconds,
    cast({{ safe_divide('runs.rows_read', 'runs.seconds') }} as double) as rows_per_second,
    runs.watermark,
    runs.error,
    settings.night_id,
    settings.as_of
from {{ source('reference', 'sync_runs') }} as runs
cross join {{ source('reference', 'settings') }} as settings
