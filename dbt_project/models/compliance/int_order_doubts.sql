{{ config(materialized='view') }}

with predecessors as (

    select distinct
        version,
        after_step_key as step_key
    from {{ source('reference', 'process_steps') }}
    where after_step_key is not null

),

deals as (

    select * from {{ ref('int_judged_deals') }}
    where is_judged

),

-- what leaves open when it was done, or whether it is what is asked for; and what was done before anybody looked
doubtful as (

    select
        possible.deal_key,
        possible.version,
        possible.step_key,
        possible.happened_from as perhaps_at
    from {{ ref('int_possible_records') }} as possible

    union all

    select
        unread.deal_key,
        unread.version,
        unread.step_key,
        unread.happened_from as perhaps_at
    from {{ ref('int_unread_numbers') }} as unread

    union all

    select
        evidence.deal_key,
        evidence.version,
        evidence.step_key,
        cast(null as timestamp) as perhaps_at
    from {{ ref('int_known_evidence') }} as evidence
    where evidence.happened_at is null or evidence.is_order

    union all

    select
        gate_values.deal_key,
        gate_values.version,
        gate_values.step_key,
        cast(null as timestamp) as perhaps_at
    from {{ ref('int_values_at_gate') }} as gate_values
    where not gate_values.is_known

    union all

    select
        deals.deal_key,
        sources.version,
        sources.step_key,
        cast(null as timestamp) as perhaps_at
    from {{ ref('int_step_sources') }} as sources
    inner join deals on sources.connection = deals.connection
    where sources.covered_from > coalesce(deals.created_at, cast('0001-01-01' as timestamp))

),

final as (

    select
        doubtful.deal_key,
        doubtful.version,
        doubtful.step_key,
        min(coalesce(doubtful.perhaps_at, cast('0001-01-01' as timestamp))) as perhaps_at
    from doubtful
    inner join predecessors
        on doubtful.version = predecessors.version and doubtful.step_key = predecessors.step_key
    group by doubtful.deal_key, doubtful.version, doubtful.step_key

)

select * from final
