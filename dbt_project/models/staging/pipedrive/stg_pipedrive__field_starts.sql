{{ config(materialized='table') }}

{# What a deal's field held when the deal was made, where that can be proven: the old value of its first change, else
   the present value. A deal whose changelog was not read proves it only by never having been changed. A first change
   without an old value is either the making itself or the first that is left of a history, and proves nothing. #}
with deals as (
    select
        *,
        {{ map_value('fields', "'person_id'") }} as person_id
    from {{ ref('stg_pipedrive__deal_records') }}
),

present as (
    select
        connection,
        deal_id,
        {{ unnest_map('fields', 'native_field', 'value') }}
    from deals
),

entries as (
    select
        *,
        row_number() over (partition by connection, deal_id, native_field order by place) as nth
    from {{ ref('stg_pipedrive__changelog') }}
    where place > 0
),

first_entries as (
    select * from entries
    where nth = 1
),

read_deals as (
    select
        connection,
        deal_id
    from {{ ref('stg_pipedrive__changelog') }}
    where place = 0
),

fields as (
    select
        connection,
        deal_id,
        native_field
    from present
    where nullif(trim(value), '') is not null
    union
    select
        connection,
        deal_id,
        native_field
    from first_entries
)

select
    fields.connection,
    fields.deal_id,
    fields.native_field,
    deals.created_at,
    read_deals.deal_id is not null as is_read,
    case
        {# Changes of a part are told of the whole field only, so what a part was before is not proven. #}
        when fields.native_field like '%.%' then null
        when first_entries.deal_id is not null then first_entries.old_value
        when read_deals.deal_id is not null or deals.updated_at = deals.created_at
            then nullif(trim(present.value), '')
    end as value,
    first_entries.deal_id is not null as has_changes
from fields
inner join deals
    on
        fields.connection = deals.connection
        and fields.deal_id = deals.deal_id
left join present
    on
        fields.connection = present.connection
        and fields.deal_id = present.deal_id
        and fields.native_field = present.native_field
left join first_entries
    on
        fields.connection = first_entries.connection
        and fields.deal_id = first_entries.deal_id
        and fields.native_field = first_entries.native_field
left join read_deals
    on
        fields.connection = read_deals.connection
        and fields.deal_id = read_deals.deal_id
