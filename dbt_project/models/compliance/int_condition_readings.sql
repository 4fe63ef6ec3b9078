{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('int_condition_changes') }}

),

asked_fields as (

    select distinct field from {{ source('reference', 'step_conditions') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

coverage as (

    select * from {{ source('reference', 'coverage') }}
    where object = 'field_changes'

),

absent as (

    select * from {{ source('reference', 'absent_fields') }}

),

known as (

    select
        deal_key,
        field,
        -- the history begins with a change, and not with what somebody found there
        min(case when since_from is null then 0 else 1 end) = 1 as is_from_start
    from changes
    group by deal_key, field

),

told as (

    select * from changes

    union all

    -- of what has no history at all the present counts; a deal's type has none by its nature
    select
        deals.deal_key,
        asked_fields.field,
        case asked_fields.field
            when 'deal_type' then deals.deal_type
            when 'pipeline' then deals.pipeline_id
            else cast(deals.amount as {{ dbt.type_string() }})
        end as value,
        cast(null as timestamp) as since_from,
        cast(null as timestamp) as since_until
    from deals
    inner join asked_fields on asked_fields.field in ('deal_type', 'pipeline', 'amount')
    left join known on deals.deal_key = known.deal_key and asked_fields.field = known.field
    left join absent on deals.connection = absent.connection and asked_fields.field = absent.field
    where known.deal_key is null and absent.connection is null

    union all

    -- a field whose history was read from the deal's beginning on was empty before its first value
    select
        deals.deal_key,
        asked_fields.field,
        cast(null as {{ dbt.type_string() }}) as value,
        cast(null as timestamp) as since_from,
        cast('0001-01-01' as timestamp) as since_until
    from deals
    inner join coverage
        on
            deals.connection = coverage.connection
            and coalesce(coverage.covered_from <= deals.created_at, coverage.covered_from is null)
    inner join asked_fields on asked_fields.field not in ('deal_type', 'pipeline')
    left join known on deals.deal_key = known.deal_key and asked_fields.field = known.field
    left join absent on deals.connection = absent.connection and asked_fields.field = absent.field
    where
        absent.connection is null
        and coalesce(known.is_from_start, asked_fields.field <> 'amount')

),

final as (

    select
        deal_key,
        field,
        value,
        coalesce(since_from, cast('0001-01-01' as timestamp)) as since_from,
        coalesce(since_until, cast('9999-12-31' as timestamp)) as since_until
    from told

)

select * from final
