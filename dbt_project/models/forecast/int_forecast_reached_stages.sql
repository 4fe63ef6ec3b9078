with states as (

    select * from {{ ref('int_forecast_states') }}

),

deals as (

    select * from {{ ref('int_forecast_deals') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

wins as (

    select * from {{ ref('int_forecast_wins') }}

),

present as (

    select
        states.deal_key,
        states.state_key
    from states
    cross join settings
    where
        states.entered_at < settings.as_of
        and coalesce(states.left_at, cast('9999-12-31' as timestamp)) >= settings.as_of

),

reached as (

    select distinct
        states.deal_key,
        states.state_key as stage_key
    from states
    cross join settings
    where states.is_open and states.is_dated and states.entered_at < settings.as_of

),

-- deals that ever stood in a stage, by what became of them; those entered afterwards stood nowhere
final as (

    select
        deals.deal_type,
        reached.stage_key,
        count(*) as deals,
        sum(case when present.state_key = 'won' then 1 else 0 end) as won,
        sum(case when present.state_key = 'lost' then 1 else 0 end) as lost
    from reached
    inner join deals on reached.deal_key = deals.deal_key
    inner join present on reached.deal_key = present.deal_key
    left join wins on reached.deal_key = wins.deal_key and wins.is_backfilled
    where wins.deal_key is null
    group by deals.deal_type, reached.stage_key

)

select * from final
