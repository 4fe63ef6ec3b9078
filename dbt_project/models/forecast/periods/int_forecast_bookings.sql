with closings as (

    select * from {{ ref('int_forecast_closings') }}
    where closed_as = 'won'

),

deals as (

    select * from {{ ref('int_forecast_deals') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

field_values as (

    select * from {{ ref('int_forecast_values') }}

),

owners as (

    select * from {{ ref('int_forecast_owners') }}

),

teams as (

    select * from {{ source('reference', 'teams') }}

),

dated as (

    select
        closings.*,
        {{ local_date('closings.closed_at', 'settings.time_zone') }} as won_day
    from closings
    cross join settings

),

-- every win, with whose it was then; one that was taken back stood until then
final as (

    select
        dated.connection,
        dated.crm,
        dated.deal_key,
        dated.deal_type,
        deals.pipeline_id,
        dated.created_at,
        dated.closed_at as won_at,
        dated.until_at,
        dated.won_day,
        coalesce(owners.owner_key, dated.connection || ':' || owner_ids.value) as owner_key,
        coalesce(teams.team, owners.other_team) as team,
        segments.value as user_segment,
        coalesce(dated.final_amount_home, cast(0 as decimal(18, 2))) as amount_home
    from dated
    inner join deals on dated.deal_key = deals.deal_key
    left join field_values as owner_ids
        on
            dated.deal_key = owner_ids.deal_key
            and owner_ids.field = 'owner'
            and dated.closed_at > owner_ids.valid_from
            and dated.closed_at <= owner_ids.valid_to
    left join field_values as segments
        on
            dated.deal_key = segments.deal_key
            and segments.field = 'segment'
            and dated.closed_at > segments.valid_from
            and dated.closed_at <= segments.valid_to
    left join owners on dated.connection = owners.connection and owner_ids.value = owners.owner_id
    left join teams
        on
            owners.email = lower(teams.email)
            and dated.won_day >= teams.valid_from
            and dated.won_day <= coalesce(teams.valid_to, cast('9999-12-31' as date))

)

select * from final
