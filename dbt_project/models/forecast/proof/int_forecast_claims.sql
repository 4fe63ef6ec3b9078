{#- What each method said of a deal that was open, and what came. Nothing of the second half may reach the first. -#}
with open_deals as (

    select * from {{ ref('int_forecast_open_deals') }}

),

chances as (

    select * from {{ ref('int_forecast_deal_horizons') }}

),

cycles as (

    select * from {{ ref('int_forecast_cycles') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

as_ofs as (

    select
        as_ofs.*,
        horizons.horizon_steps,
        horizons.horizon_steps * settings.step_days as horizon_days,
        {{ add_seconds('as_ofs.as_of_at', 'horizons.horizon_steps * settings.step_days * cast(86400 as bigint)') }}
            as window_ends_at,
        settings.as_of
    from {{ ref('int_forecast_as_ofs') }} as as_ofs
    cross join {{ ref('int_forecast_horizons') }} as horizons
    cross join settings

),

claimed as (

    select
        as_ofs.as_of_no,
        as_ofs.horizon_steps,
        as_ofs.horizon_days,
        as_ofs.window_ends_at,
        as_ofs.window_ends_at <= as_ofs.as_of
        and as_ofs.window_ends_at <= coalesce(open_deals.judged_at, as_ofs.as_of) as is_closed,
        open_deals.*,
        coalesce(cast(open_deals.amount_home as double), 0) as amount,
        {{ day_diff('as_ofs.as_of_day', 'open_deals.close_date') }} as days_to_close,
        {{ seconds_between('as_ofs.as_of_at', 'open_deals.created_at') }}
        + cycles.median_days * 86400 as seconds_to_close
    from open_deals
    inner join as_ofs on open_deals.as_of_at = as_ofs.as_of_at and open_deals.purpose = as_ofs.purpose
    left join cycles on open_deals.as_of_at = cycles.as_of_at and open_deals.deal_type = cycles.deal_type

),

final as (

    select
        claimed.as_of_no,
        claimed.as_of_at,
        claimed.purpose,
        claimed.horizon_steps,
        claimed.window_ends_at,
        claimed.connection,
        claimed.deal_key,
        claimed.deal_type,
        claimed.pipeline_id,
        claimed.stage_key,
        claimed.steps_in_stage,
        claimed.owner_key,
        claimed.team,
        claimed.user_segment,
        claimed.amount,
        case when claimed.mode <> 'none' then chances.p_win end as p_chain,
        case
            when claimed.close_date is not null
                then case when claimed.days_to_close between 0 and claimed.horizon_days - 1 then 1 else 0 end
            when claimed.seconds_to_close >= 0 and claimed.seconds_to_close < claimed.horizon_days * 86400 then 1
            else 0
        end * coalesce(claimed.definition_p, 0) as p_weighted,
        claimed.is_closed,
        case
            when claimed.is_closed
                then coalesce(claimed.closed_as = 'won' and claimed.closed_at < claimed.window_ends_at, false)
        end as is_won
    from claimed
    left join chances
        on
            claimed.as_of_at = chances.as_of_at
            and claimed.purpose = chances.purpose
            and claimed.horizon_steps = chances.horizon_steps
            and claimed.deal_key = chances.deal_key

)

select * from final
