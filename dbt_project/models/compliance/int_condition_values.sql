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

-- what may lie within that reading's own time is not before it
settled as (

    select
        answered.*,
        max(case when answered.since_until = answered.settled_at then answered.since_from end) over (
            partition by answered.deal_key, answered.version, answered.step_key, answered.field
        ) as settled_from
    from answered

),

-- where no reading reaches back to the question, any value that the field ever had may be the answer
final as (

    select
        settled.connection,
        settled.deal_key,
        settled.version,
        settled.step_key,
        settled.field,
        settled.value,
        case
            when trim(settled.value) = '' then cast(null as double)
            when settled.field <> 'amount' then {{ to_ratio('settled.value') }}
            when deals.currency = settings.home_currency then cast({{ to_money('settled.value') }} as double)
            else cast(cast({{ to_money('settled.value') }} as decimal(38, 2)) * rates.rate_to_home as double)
        end as number
    from settled
    cross join settings
    inner join deals on settled.deal_key = deals.deal_key
    left join rates
        on
            settled.field = 'amount'
            and deals.currency = rates.currency
            and {{ local_date('settled.asked_until', 'settings.time_zone') }} >= rates.valid_from
            and (
                rates.valid_to is null
                or {{ local_date('settled.asked_until', 'settings.time_zone') }} < rates.valid_to
            )
    where
        settled.settled_at is null
        or (
            (settled.since_until >= settled.settled_at or settled.since_until > settled.settled_from)
            and settled.since_from <= settled.asked_until
        )

)

select * from final
