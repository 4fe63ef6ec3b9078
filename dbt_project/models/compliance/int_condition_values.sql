with spans as (

    select * from {{ ref('int_condition_spans') }}

),

readings as (

    select * from {{ ref('int_numbered_readings') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

spread as (

    select
        spans.*,
        {{ unnest_range('last_no - first_no + 1', 'nth') }}
    from spans

),

answered as (

    select
        spread.connection,
        spread.deal_key,
        spread.version,
        spread.step_key,
        spread.field,
        spread.asked_until,
        readings.value
    from spread
    inner join readings
        on
            spread.deal_key = readings.deal_key
            and spread.field = readings.field
            and spread.first_no + spread.nth - 1 = readings.reading_no

    union all

    -- what came in between two looks at it, of which the second is after the question, may have been there already
    select
        spans.connection,
        spans.deal_key,
        spans.version,
        spans.step_key,
        spans.field,
        spans.asked_until,
        readings.value
    from spans
    inner join readings
        on
            spans.deal_key = readings.deal_key
            and spans.field = readings.field
            and spans.asked_until >= readings.since_from
            and spans.asked_until < readings.since_until
    where spans.is_settled and readings.since_from < readings.since_until

),

final as (

    select
        answered.connection,
        answered.deal_key,
        answered.version,
        answered.step_key,
        answered.field,
        answered.value,
        case
            when trim(answered.value) = '' then cast(null as double)
            when answered.field <> 'amount' then {{ to_ratio('answered.value') }}
            when deals.currency = settings.home_currency then cast({{ to_money('answered.value') }} as double)
            else cast(cast({{ to_money('answered.value') }} as decimal(38, 2)) * rates.rate_to_home as double)
        end as number
    from answered
    cross join settings
    inner join deals on answered.deal_key = deals.deal_key
    left join rates
        on
            answered.field = 'amount'
            and deals.currency = rates.currency
            and {{ local_date('answered.asked_until', 'settings.time_zone') }} >= rates.valid_from
            and (
                rates.valid_to is null
                or {{ local_date('answered.asked_until', 'settings.time_zone') }} < rates.valid_to
            )

)

select * from final
