with questions as (

    select * from {{ ref('int_condition_questions') }}

),

readings as (

    select * from {{ ref('int_condition_readings') }}

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

answered as (

    select
        questions.connection,
        questions.deal_key,
        questions.version,
        questions.step_key,
        questions.field,
        questions.asked_until,
        readings.value,
        readings.since_from,
        readings.since_until,
        -- the last reading that for certain held when the question begins: nothing before it matters any more
        max(case when readings.since_until <= questions.asked_from then readings.since_until end) over (
            partition by questions.deal_key, questions.version, questions.step_key, questions.field
        ) as settled_at
    from questions
    inner join readings on questions.deal_key = readings.deal_key and questions.field = readings.field

),

-- where no reading reaches back to the question, any value that the field ever had may be the answer
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
    where
        answered.settled_at is null
        or (answered.since_until >= answered.settled_at and answered.since_from <= answered.asked_until)

)

select * from final
