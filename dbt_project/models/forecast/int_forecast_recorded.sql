{{ config(materialized='view') }}

with standings as (

    select * from {{ ref('int_forecast_standings') }}

),

field_values as (

    select * from {{ ref('int_forecast_values') }}

),

final as (

    select
        standings.*,
        amounts.value as amount_value,
        coalesce(amounts.is_assumed, false) as is_amount_assumed,
        close_dates.value as close_date_value,
        owner_ids.value as owner_id,
        segments.value as user_segment
    from standings
    left join field_values as amounts
        on
            standings.deal_key = amounts.deal_key
            and amounts.field = 'amount'
            and standings.moment_at > amounts.valid_from
            and standings.moment_at <= amounts.valid_to
    left join field_values as close_dates
        on
            standings.deal_key = close_dates.deal_key
            and close_dates.field = 'close_date'
            and standings.moment_at > close_dates.valid_from
            and standings.moment_at <= close_dates.valid_to
    left join field_values as owner_ids
        on
            standings.deal_key = owner_ids.deal_key
            and owner_ids.field = 'owner'
            and standings.moment_at > owner_ids.valid_from
            and standings.moment_at <= owner_ids.valid_to
    left join field_values as segments
        on
            standings.deal_key = segments.deal_key
            and segments.field = 'segment'
            and standings.moment_at > segments.valid_from
            and standings.moment_at <= segments.valid_to

)

select * from final
