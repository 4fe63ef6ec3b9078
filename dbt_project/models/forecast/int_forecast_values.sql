with deals as (

    select * from {{ ref('int_forecast_deals') }}

),

segments as (

    select * from {{ ref('int_deal_segments') }}

),

changes as (

    select
        changes.deal_key,
        changes.field,
        nullif(trim(changes.value), '') as value,
        changes.changed_at,
        changes.change_id
    from {{ ref('int_field_changes') }} as changes
    inner join deals on changes.deal_key = deals.deal_key
    where changes.field in ('amount', 'close_date', 'owner', 'segment') and changes.changed_at is not null

),

present as (

    select
        deal_key,
        'amount' as field,
        cast(amount as {{ dbt.type_string() }}) as value
    from deals
    union all
    select
        deal_key,
        'close_date' as field,
        cast(close_date as {{ dbt.type_string() }}) as value
    from deals
    union all
    select
        deal_key,
        'owner' as field,
        owner_id as value
    from deals
    union all
    select
        deal_key,
        'segment' as field,
        segment as value
    from segments

),

histories as (

    select distinct
        deal_key,
        field
    from changes

),

-- of a field whose changes nobody kept, only the present value is known; it is taken for the value of all times
final as (

    select
        deal_key,
        field,
        value,
        changed_at as valid_from,
        coalesce(
            lead(changed_at) over (partition by deal_key, field order by changed_at, change_id),
            cast('9999-12-31' as timestamp)
        ) as valid_to,
        lag(value) over (partition by deal_key, field order by changed_at, change_id) as value_before,
        false as is_assumed
    from changes
    union all
    select
        present.deal_key,
        present.field,
        present.value,
        cast('0001-01-01' as timestamp) as valid_from,
        cast('9999-12-31' as timestamp) as valid_to,
        cast(null as {{ dbt.type_string() }}) as value_before,
        true as is_assumed
    from present
    left join histories on present.deal_key = histories.deal_key and present.field = histories.field
    where histories.deal_key is null

)

select * from final
