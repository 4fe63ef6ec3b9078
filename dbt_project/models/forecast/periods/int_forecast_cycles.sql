with as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}

),

wins as (

    select * from {{ ref('int_forecast_wins') }}
    where not is_backfilled

),

ranked as (

    select
        as_ofs.as_of_at,
        wins.deal_type,
        wins.cycle_days,
        row_number() over (partition by as_ofs.as_of_at, wins.deal_type order by wins.cycle_days) as place,
        count(*) over (partition by as_ofs.as_of_at, wins.deal_type) as wins
    from as_ofs
    inner join wins on as_ofs.as_of_at > wins.won_at

),

final as (

    select
        as_of_at,
        deal_type,
        max(cycle_days) as median_days
    from ranked
    where place * 2 in (wins, wins + 1)
    group by as_of_at, deal_type

)

select * from final
