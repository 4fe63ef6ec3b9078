-- A close date where none was recorded: created plus what half of the wins known by then had taken.
with wins as (

    select * from {{ ref('int_forecast_wins') }}
    where not is_backfilled

),

as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}

),

ranked as (

    select
        as_ofs.as_of_no,
        wins.deal_type,
        wins.cycle_days,
        row_number() over (partition by as_ofs.as_of_no, wins.deal_type order by wins.cycle_days) as place,
        count(*) over (partition by as_ofs.as_of_no, wins.deal_type) as wins
    from as_ofs
    inner join wins on as_ofs.as_of_at > wins.won_at

),

final as (

    select
        as_of_no,
        deal_type,
        wins,
        cycle_days
    from ranked
    where place * 2 in (wins, wins + 1)

)

select * from final
