with calibration as (

    select * from {{ ref('int_forecast_calibration') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

-- a deal that was looked at twenty times is one deal: the bounds go by deals
bounded as (

    select
        calibration.*,
        {{ wilson_bound('observed_p * deals', 'deals', 1.96, '-') }} as wilson_lo,
        {{ wilson_bound('observed_p * deals', 'deals', 1.96, '+') }} as wilson_hi
    from calibration

),

final as (

    select
        {{ surrogate_key(['deal_type', 'horizon_steps', 'cut', 'stage_key', 'age_bucket', 'chance_from']) }}
            as calibration_id,
        deal_type,
        cast(horizon_steps as integer) as horizon_steps,
        cast(horizon_steps * settings.step_days as integer) as horizon_days,
        cut,
        stage_key,
        cast(age_bucket as integer) as age_bucket,
        cast(chance_from as double) as chance_from,
        cast(n as integer) as n,
        cast(deals as integer) as deals,
        cast(definition_p as double) as definition_p,
        cast(predicted_p as double) as predicted_p,
        cast(observed_p as double) as observed_p,
        cast(wilson_lo as double) as wilson_lo,
        cast(wilson_hi as double) as wilson_hi,
        definition_p < wilson_lo or definition_p > wilson_hi as definition_is_off,
        predicted_p < wilson_lo or predicted_p > wilson_hi as prediction_is_off,
        settings.as_of
    from bounded
    cross join settings

)

select * from final
