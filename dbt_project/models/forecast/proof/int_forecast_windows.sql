-- From its first open deal on a level has a window at every as-of: a month in which it had nothing is one of nothing.
with sums as (

    select * from {{ ref('int_forecast_sums') }}

),

as_ofs as (

    select
        as_ofs.*,
        horizons.horizon_steps,
        {{ add_seconds('as_ofs.as_of_at', 'horizons.horizon_steps * settings.step_days * cast(86400 as bigint)') }}
            as window_ends_at,
        settings.as_of
    from {{ ref('int_forecast_as_ofs') }} as as_ofs
    cross join {{ ref('int_forecast_horizons') }} as horizons
    cross join {{ ref('int_forecast_settings') }} as settings

),

entrances as (

    select
        deal_type,
        level,
        level_id,
        min(as_of_no) as first_as_of_no
    from sums
    group by deal_type, level, level_id

),

company as (

    select * from sums
    where level = 'company'

),

final as (

    select
        as_ofs.as_of_no,
        as_ofs.as_of_at,
        as_ofs.as_of_day,
        as_ofs.purpose,
        as_ofs.horizon_steps,
        as_ofs.window_ends_at,
        entrances.deal_type,
        entrances.level,
        entrances.level_id,
        coalesce(sums.open_deals, 0) as open_deals,
        coalesce(sums.is_closed, as_ofs.window_ends_at <= as_ofs.as_of) as is_closed,
        coalesce(sums.has_chain, company.has_chain, false) as has_chain,
        case
            when coalesce(sums.has_chain, company.has_chain, false) then coalesce(sums.chain, 0)
        end as chain,
        coalesce(sums.variance, 0) as variance,
        coalesce(sums.weighted_pipeline, 0) as weighted_pipeline,
        coalesce(sums.actual, 0) as actual
    from as_ofs
    inner join entrances on as_ofs.as_of_no >= entrances.first_as_of_no
    left join company
        on
            as_ofs.as_of_no = company.as_of_no
            and as_ofs.horizon_steps = company.horizon_steps
            and entrances.deal_type = company.deal_type
    left join sums
        on
            as_ofs.as_of_no = sums.as_of_no
            and as_ofs.horizon_steps = sums.horizon_steps
            and entrances.deal_type = sums.deal_type
            and entrances.level = sums.level
            and entrances.level_id = sums.level_id

)

select * from final
