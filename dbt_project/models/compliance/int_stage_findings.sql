with final as (

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
    from {{ ref('int_over_time') }} as over_time
    inner join {{ ref('int_deal_paths') }} as paths on over_time.deal_key = paths.deal_key and paths.is_judged
    left join {{ ref('int_step_conditions') }} as conditions
        on
            over_time.deal_key = conditions.deal_key
            and over_time.version = conditions.version
            and conditions.step_key = ':stay ' || over_time.stage_key
    where coalesce(conditions.failing_field, conditions.doubtful_field) is null

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
    from {{ ref('int_unmapped_entries') }} as unmapped
    inner join {{ ref('int_deal_paths') }} as paths on unmapped.deal_key = paths.deal_key and paths.is_judged

)

select * from final
