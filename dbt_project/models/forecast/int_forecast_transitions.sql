with sightings as (

    select * from {{ ref('int_forecast_sightings') }}
    where is_boundary and is_dated

),

boundaries as (

    select
        boundary_at,
        lead(boundary_at) over (order by boundary_no) as next_boundary_at
    from {{ ref('int_forecast_boundaries') }}

),

states as (

    select * from {{ ref('int_forecast_states') }}

),

wins as (

    select * from {{ ref('int_forecast_wins') }}

),

-- where the deals of a boundary stood a step later, as far as the account had been read by then
final as (

    select
        sightings.moment_at as boundary_at,
        boundaries.next_boundary_at,
        sightings.connection,
        sightings.deal_key,
        sightings.deal_type,
        coalesce(sightings.user_segment, '') as user_segment,
        sightings.stage_key,
        sightings.steps_in_stage,
        sightings.steps_open,
        sightings.amount_home,
        states.state_key as destination,
        wins.backfilled_won_at
    from sightings
    inner join boundaries
        on
            sightings.moment_at = boundaries.boundary_at
            and sightings.judged_at >= boundaries.next_boundary_at
    inner join states
        on
            sightings.deal_key = states.deal_key
            and states.entered_at < boundaries.next_boundary_at
            and coalesce(states.left_at, cast('9999-12-31' as timestamp)) >= boundaries.next_boundary_at
    left join wins on sightings.deal_key = wins.deal_key
    where states.is_dated

)

select * from final
