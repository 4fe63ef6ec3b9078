with steps as (

    select * from {{ ref('int_step_findings') }}
    where not is_of_skip

),

moves as (

    select * from {{ ref('int_move_findings') }}

),

over_time as (

    select * from {{ ref('int_over_time') }}

),

unmapped as (

    select * from {{ ref('int_unmapped_entries') }}

),

paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged

),

-- `subject` tells findings of one kind and deal apart; it stays the same from night to night
final as (

    select
        deal_key,
        kind,
        'step' as family,
        step_key as subject,
        step_key,
        stage_key,
        severity,
        since,
        gate_visit_no as visit_no,
        moved_by,
        moved_by_kind,
        is_alert,
        is_waived,
        sentence
    from steps

    union all

    select
        deal_key,
        kind,
        kind as family,
        -- two stages may be skipped within one second, each by a move of its own
        cast(since as {{ dbt.type_string() }}) || ' ' || stage_key as subject,
        cast(null as {{ dbt.type_string() }}) as step_key,
        stage_key,
        severity,
        since,
        visit_no,
        moved_by,
        moved_by_kind,
        is_alert,
        false as is_waived,
        sentence
    from moves

    union all

    select
        over_time.deal_key,
        'over_time' as kind,
        'over_time' as family,
        over_time.stage_key as subject,
        cast(null as {{ dbt.type_string() }}) as step_key,
        over_time.stage_key,
        'medium' as severity,
        over_time.since,
        cast(null as integer) as visit_no,
        cast(null as {{ dbt.type_string() }}) as moved_by,
        cast(null as {{ dbt.type_string() }}) as moved_by_kind,
        over_time.stands_in_stage and over_time.since >= paths.judge_from as is_alert,
        false as is_waived,
        over_time.sentence
    from over_time
    inner join paths on over_time.deal_key = paths.deal_key

    union all

    -- whoever runs Plumbline has to map the stage; nobody has to do anything about the deal
    select
        unmapped.deal_key,
        'stage_unmapped' as kind,
        'stage_unmapped' as family,
        'stage' as subject,
        cast(null as {{ dbt.type_string() }}) as step_key,
        unmapped.stage_key,
        'low' as severity,
        unmapped.entered_at as since,
        unmapped.visit_no,
        unmapped.actor_id as moved_by,
        unmapped.actor_kind as moved_by_kind,
        false as is_alert,
        false as is_waived,
        'Was put in the CRM stage "' || coalesce(unmapped.stage_id, '?') || '", which is not mapped to the process'
            as sentence
    from unmapped
    inner join paths on unmapped.deal_key = paths.deal_key

)

select * from final
