with recorded as (

    select * from {{ ref('int_forecast_recorded') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

owners as (

    select * from {{ ref('int_forecast_owners') }}

),

teams as (

    select * from {{ source('reference', 'teams') }}

),

chances as (

    select * from {{ ref('int_forecast_stage_chances') }}

),

crm_chances as (

    select * from {{ ref('int_crm_stages') }}

),

mean_chances as (

    select
        in_force_from,
        in_force_to,
        avg(probability) as probability
    from chances
    where position is not null
    group by in_force_from, in_force_to

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

final as (

    select
        recorded.*,
        {{ at_home(
            to_money('recorded.amount_value'), 'recorded.currency', 'settings.home_currency', 'rates.rate_to_home'
        ) }} as amount_home,
        {{ to_day('recorded.close_date_value') }} as close_date,
        coalesce(owners.owner_key, recorded.connection || ':' || recorded.owner_id) as owner_key,
        coalesce(teams.team, owners.other_team) as team,
        cast(coalesce(
            chances.probability, crm_chances.probability,
            case when recorded.stage_id is null then mean_chances.probability end, 0
        ) as double) as definition_p
    from recorded
    cross join settings
    left join owners on recorded.connection = owners.connection and recorded.owner_id = owners.owner_id
    left join teams
        on
            owners.email = lower(teams.email)
            and recorded.moment_day >= teams.valid_from
            and recorded.moment_day <= coalesce(teams.valid_to, cast('9999-12-31' as date))
    left join rates
        on
            recorded.currency = rates.currency
            and recorded.moment_day >= rates.valid_from
            and recorded.moment_day < coalesce(rates.valid_to, cast('9999-12-31' as date))
    left join chances
        on
            recorded.told_stage_key = chances.stage_key
            and chances.position is not null
            and recorded.moment_at >= chances.in_force_from
            and recorded.moment_at < chances.in_force_to
    left join crm_chances
        on
            recorded.connection = crm_chances.connection
            and recorded.pipeline_id = crm_chances.pipeline_id
            and recorded.stage_id = crm_chances.stage_id
    left join mean_chances
        on recorded.moment_at >= mean_chances.in_force_from and recorded.moment_at < mean_chances.in_force_to

)

select * from final
