with settings as (

    select * from {{ ref('int_forecast_settings') }}

),

chances as (

    select chances.*
    from {{ ref('int_forecast_stage_chances') }} as chances
    inner join settings on chances.in_force_from <= settings.as_of and chances.in_force_to > settings.as_of

),

reached as (

    select * from {{ ref('int_forecast_reached_stages') }}

),

outlook as (

    select * from {{ ref('int_forecast_stage_outlook') }}

),

modes as (

    select modes.*
    from {{ ref('int_forecast_modes') }} as modes
    inner join settings on modes.as_of_at = settings.as_of

),

-- where nobody records losses, the share of wins among closed deals says nothing
counted as (

    select
        reached.deal_type,
        reached.stage_key,
        chances.position,
        chances.probability as p_definition,
        reached.deals,
        reached.won,
        reached.lost,
        case when modes.losses > 0 then reached.won + reached.lost end as closed,
        outlook.p_win_at_entry,
        outlook.p_win_after_a_month
    from reached
    inner join modes on reached.deal_type = modes.deal_type
    left join chances on reached.stage_key = chances.stage_key
    left join outlook on reached.deal_type = outlook.deal_type and reached.stage_key = outlook.stage_key

),

bounded as (

    select
        counted.*,
        cast(won as double) / nullif(closed, 0) as won_share,
        {{ wilson_bound('won', 'closed', '1.959964', '-') }} as won_share_low,
        {{ wilson_bound('won', 'closed', '1.959964', '+') }} as won_share_high
    from counted

),

final as (

    select
        {{ surrogate_key(['bounded.deal_type', 'bounded.stage_key']) }} as stage_truth_id,
        settings.as_of_day as as_of_date,
        bounded.deal_type,
        bounded.stage_key,
        bounded.position as stage_order,
        bounded.p_definition,
        cast(bounded.deals as integer) as deals_reached,
        cast(bounded.won as integer) as deals_won,
        cast(bounded.lost as integer) as deals_lost,
        bounded.won_share,
        case when bounded.closed > 0 then bounded.won_share_low end as won_share_low,
        case when bounded.closed > 0 then bounded.won_share_high end as won_share_high,
        bounded.p_win_at_entry,
        bounded.p_win_after_a_month,
        case
            when bounded.closed >= {{ var('forecast_min_wins') }}
                then cast(round(coalesce(bounded.p_win_at_entry, bounded.won_share), 2) as double)
        end as p_advised,
        case
            when coalesce(bounded.closed, 0) < {{ var('forecast_min_wins') }} then 'too few'
            when bounded.p_definition is null then 'not in the process'
            when bounded.p_definition > bounded.won_share_high then 'too high'
            when bounded.p_definition < bounded.won_share_low then 'too low'
            else 'fits'
        end as verdict,
        settings.as_of
    from bounded
    cross join settings

)

select * from final
