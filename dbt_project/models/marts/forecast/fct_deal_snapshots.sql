with sightings as (

    select * from {{ ref('int_forecast_sightings') }}
    where is_boundary and moment_at <= judged_at

),

pushes as (

    select * from {{ ref('int_forecast_pushes') }}

),

wins as (

    select * from {{ ref('int_forecast_wins') }}

),

final as (

    select
        {{ surrogate_key(['sightings.moment_day', 'sightings.deal_key']) }} as deal_snapshot_id,
        sightings.moment_day as as_of_date,
        sightings.moment_at as as_of,
        sightings.connection,
        sightings.deal_key,
        sightings.deal_type,
        sightings.pipeline_id,
        sightings.stage_key,
        sightings.steps_in_stage,
        sightings.deal_age_steps,
        sightings.amount_home,
        sightings.is_amount_assumed,
        sightings.close_date as expected_close_date,
        coalesce(pushes.push_count, 0) as push_count,
        sightings.owner_key,
        sightings.team,
        sightings.user_segment as segment,
        sightings.definition_p,
        sightings.history_source,
        sightings.is_dated,
        coalesce(wins.is_backfilled, false) as is_backfilled
    from sightings
    left join pushes
        on
            sightings.deal_key = pushes.deal_key
            and sightings.moment_at > pushes.pushed_at
            and sightings.moment_at <= pushes.next_pushed_at
    left join wins on sightings.deal_key = wins.deal_key

)

select * from final
