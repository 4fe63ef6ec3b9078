{# A merge makes a new deal that lists its parents; the parents stay in the lake and must not be judged twice. #}
with records as (
    select
        connection,
        deal_id as merged_into,
        modified_at,
        {{ split_text(map_value('properties', "'hs_merged_object_ids'"), "';'") }} as parents
    from {{ ref('stg_hubspot__deal_records') }}
    where {{ map_value('properties', "'hs_merged_object_ids'") }} is not null
),

parents as (
    select
        connection,
        merged_into,
        modified_at,
        {{ unnest_array('parents', 'parent', 'place') }}
    from records
),

first_merge as (
    select
        connection,
        deal_id,
        min(changed_at) as merged_at
    from {{ ref('stg_hubspot__deal_history') }}
    where property = 'hs_merged_object_ids' and value is not null
    group by connection, deal_id
)

select distinct
    parents.connection,
    trim(parents.parent) as deal_id,
    parents.merged_into,
    coalesce(first_merge.merged_at, parents.modified_at) as merged_at
from parents
left join first_merge
    on
        parents.connection = first_merge.connection
        and parents.merged_into = first_merge.deal_id
where trim(parents.parent) <> '' and trim(parents.parent) <> parents.merged_into
