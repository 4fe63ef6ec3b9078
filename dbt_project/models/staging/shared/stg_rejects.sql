{{ config(materialized='table') }}

select
    connection,
    object,
    id,
    field,
    value,
    reason
from {{ ref('stg_hubspot__rejects') }}
union all
select
    connection,
    object,
    id,
    field,
    value,
    reason
from {{ ref('stg_files__rejects') }}
