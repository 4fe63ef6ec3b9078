with times as (

    select * from {{ ref('int_stage_times') }}
    where is_timed

),

paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

judged_types as (

    select * from {{ source('reference', 'process_deal_types') }}

),

limited as (

    select
        times.connection,
        times.deal_key,
        periods.version,
        times.stage_key,
        times.entered_at,
        times.unclear_until,
        times.days,
        times.days_so_far,
        positions.stage_name,
        positions.max_days,
        paths.current_stage_key = times.stage_key as stands_in_stage,
        max(times.days_so_far) over (partition by times.deal_key, times.stage_key) as total_days,
        row_number() over (partition by times.deal_key, times.stage_key order by times.visit_no) as place
    from times
    inner join paths on times.deal_key = paths.deal_key
    inner join periods
        on times.first_entered_at >= periods.in_force_from and times.first_entered_at < periods.in_force_to
    inner join positions
        on periods.version = positions.version and times.stage_key = positions.stage_key
    inner join judged_types
        on periods.version = judged_types.version and paths.deal_type = judged_types.deal_type
    -- the days so far never fall, so what lies beyond the limit holds their greatest too
    where times.days_so_far > positions.max_days

),

-- all visits to a stage count together, or a limit could be dodged by going back and forth; this is where it was passed
final as (

    select
        connection,
        deal_key,
        version,
        stage_key,
        stands_in_stage,
        total_days,
        max_days,
        {{ add_seconds('entered_at', '86400 * (max_days - (days_so_far - days))') }} as since,
        'In ' || stage_name || ' for ' || cast(cast(floor(total_days) as bigint) as {{ dbt.type_string() }})
        || ' days; the limit is ' || cast(cast(ceil(max_days) as bigint) as {{ dbt.type_string() }}) as sentence
    from limited
    where place = 1 and (unclear_until is null or entered_at > unclear_until)

)

select * from final
