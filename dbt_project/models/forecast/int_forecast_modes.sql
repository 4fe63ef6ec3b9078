with as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}

),

deal_types as (

    select distinct deal_type from {{ ref('int_forecast_deals') }}

),

transitions as (

    select * from {{ ref('int_forecast_transitions') }}

),

closings as (

    select * from {{ ref('int_forecast_closings') }}

),

moved as (

    select
        deal_key,
        min(entered_at) as moved_at
    from {{ ref('int_forecast_states') }}
    where is_open and is_dated and state_no > 1
    group by deal_key

),

wins as (

    select * from {{ ref('int_forecast_wins') }}
    where is_backfilled

),

learned as (

    select
        as_ofs.as_of_at,
        transitions.deal_type,
        sum(case when transitions.destination = 'won' then 1 else 0 end) as wins,
        min(transitions.boundary_at) as first_boundary_at,
        {{ seconds_between('min(transitions.boundary_at)', 'as_ofs.as_of_at') }} / (7 * 86400) as weeks
    from as_ofs
    inner join transitions on as_ofs.as_of_at >= transitions.next_boundary_at
    where not coalesce(transitions.backfilled_won_at < as_ofs.as_of_at, false)
    group by as_ofs.as_of_at, transitions.deal_type

),

closed as (

    select
        as_ofs.as_of_at,
        closings.deal_type,
        sum(
            case when closings.closed_as = 'won' and closings.until_at >= as_ofs.as_of_at then 1 else 0 end
        ) as won_deals,
        sum(
            case
                when
                    closings.closed_as = 'won'
                    and closings.until_at >= as_ofs.as_of_at
                    and moved.moved_at < as_ofs.as_of_at
                    then 1
                else 0
            end
        ) as moved_deals,
        sum(case when closings.closed_as = 'lost' then 1 else 0 end) as losses
    from as_ofs
    inner join closings on as_ofs.as_of_at > closings.closed_at
    left join moved on closings.deal_key = moved.deal_key
    left join wins on closings.deal_key = wins.deal_key and as_ofs.as_of_at > wins.won_at
    where wins.deal_key is null
    group by as_ofs.as_of_at, closings.deal_type

),

final as (

    select
        as_ofs.as_of_at,
        deal_types.deal_type,
        cast(coalesce(learned.wins, 0) as integer) as wins_in_history,
        learned.first_boundary_at,
        cast(coalesce(closed.won_deals, 0) as integer) as won_deals,
        cast(coalesce(closed.moved_deals, 0) as integer) as moved_deals,
        cast(coalesce(closed.losses, 0) as integer) as losses,
        case
            when coalesce(learned.wins, 0) < {{ var('forecast_min_wins') }} then 'none'
            when learned.weeks < {{ var('forecast_min_weeks') }} then 'none'
            when closed.moved_deals * 2 < closed.won_deals then 'single_state'
            else 'stage_chain'
        end as mode
    from as_ofs
    cross join deal_types
    left join learned on as_ofs.as_of_at = learned.as_of_at and deal_types.deal_type = learned.deal_type
    left join closed on as_ofs.as_of_at = closed.as_of_at and deal_types.deal_type = closed.deal_type

)

select * from final
