with told as (

    select * from {{ ref('int_forecast_told_states') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

positions as (

    select * from {{ ref('int_stage_places') }}

),

-- changes of the same moment are read in forward order: CRMs don't keep the order of one save
placed as (

    select
        told.*,
        told.state_key not in ('won', 'lost') as is_open,
        row_number() over (
            partition by told.deal_key
            order by
                told.entered_at, case when positions.place is null then 1 else 0 end, positions.place,
                told.change_id
        ) as place
    from told
    left join periods
        on told.entered_at >= periods.in_force_from and told.entered_at < periods.in_force_to
    left join positions
        on periods.version = positions.version and told.state_key = positions.stage_key

),

compared as (

    select
        placed.*,
        lead(entered_at) over in_order as left_at,
        case
            when coalesce(lag(state_key) over in_order, '') <> state_key then 1 else 0
        end as is_move,
        case
            when is_open and coalesce(lag(is_open) over in_order, false) then 0 else 1
        end as is_turn
    from placed
    window in_order as (partition by deal_key order by place)

),

final as (

    select
        deal_key,
        cast(place as integer) as place,
        pipeline_id,
        stage_id,
        stage_key as told_stage_key,
        state_key,
        is_open,
        is_dated,
        is_move = 1 as is_move,
        entered_at,
        left_at,
        cast(sum(is_move) over so_far as integer) as state_no,
        max(case when is_move = 1 then entered_at end) over so_far as state_since,
        cast(sum(is_turn) over so_far as integer) as turn_no,
        max(case when is_turn = 1 then entered_at end) over so_far as open_since
    from compared
    window so_far as (partition by deal_key order by place rows between unbounded preceding and current row)

)

select * from final
