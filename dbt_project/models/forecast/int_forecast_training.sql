with as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}

),

modes as (

    select * from {{ ref('int_forecast_modes') }}
    where mode <> 'none'

),

cuts as (

    select * from {{ ref('int_forecast_amount_cuts') }}

),

transitions as (

    select * from {{ ref('int_forecast_transitions') }}

),

-- what was known of the past at each moment asked about: the steps that had ended by then, of closed and open deals
known as (

    select
        as_ofs.as_of_at,
        transitions.deal_type,
        {{ chain_segment('transitions.user_segment', 'transitions.amount_home', 'cuts') }} as segment,
        case when modes.mode = 'single_state' then 'open' else transitions.stage_key end as stage_key,
        case when modes.mode = 'single_state' then transitions.steps_open else transitions.steps_in_stage end as steps,
        case
            when modes.mode <> 'single_state' or transitions.destination in ('won', 'lost') then transitions.destination
            else 'open'
        end as destination
    from as_ofs
    inner join modes on as_ofs.as_of_at = modes.as_of_at
    inner join transitions
        on
            modes.deal_type = transitions.deal_type
            and as_ofs.as_of_at >= transitions.next_boundary_at
    left join cuts on as_ofs.as_of_at = cuts.as_of_at and transitions.deal_type = cuts.deal_type
    where not coalesce(transitions.backfilled_won_at < as_ofs.as_of_at, false)

),

final as (

    select
        as_of_at,
        deal_type,
        segment,
        stage_key,
        {{ age_bucket('steps') }} as age_bucket,
        destination,
        count(*) as transitions
    from known
    group by as_of_at, deal_type, segment, stage_key, {{ age_bucket('steps') }}, destination

)

select * from final
