{# An export that doesn't date a merge dates it by the merged deal's last change. #}
with deals as (
    select
        connection,
        deal_id,
        coalesce({{ to_utc('modified_at_text') }}, row_modified_at) as modified_at,
        {{ map_value('fields', "'merged_into'") }} as merged_into
    from {{ ref('stg_files__deal_records') }}
)

select
    connection,
    deal_id,
    merged_into,
    modified_at as merged_at
from deals
where merged_into is not null and merged_into <> deal_id
