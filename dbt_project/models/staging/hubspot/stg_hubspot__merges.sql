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

listed as (
    select
        connection,
        merged_into,
        modified_at,
        {{ unnest_array('parents', 'parent', 'place') }}
    from records
),

parents as (
    select distinct
        connection,
        merged_into,
        modified_at,
        trim(parent) as deal_id
    from listed
    where trim(parent) <> '' and trim(parent) <> merged_into
)

select
    parents.connection,
    parents.deal_id,
    parents.merged_into,
    coalesce(min(lists.changed_at), min(parents.modified_at)) as merged_at
from parents
left join {{ ref('stg_hubspot__history_entries') }} as lists
    on
        parents.connection = lists.connection
        and parents.merged_into = lists.deal_id
        and lists.property = 'hs_merged_object_ids'
        and ';' || replace(lists.value, ' ', '') || ';' like '%;' || parents.deal_id || ';%'
group by parents.connection, parents.deal_id, parents.merged_into
