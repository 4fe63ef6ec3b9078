with four_eyes as (

    select * from {{ ref('int_four_eyes') }}
    where four_eyes = 'violated'

),

verdicts as (

    select * from {{ ref('int_step_verdicts') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

-- what one person did alone stays so, whoever does it once more
final as (

    select
        four_eyes.deal_key,
        'four_eyes' as kind,
        'four_eyes' as family,
        four_eyes.step_key as subject,
        four_eyes.step_key,
        verdicts.stage_key,
        steps.severity,
        coalesce(four_eyes.happened_at, verdicts.done_at, verdicts.judged_at) as since,
        cast(null as integer) as visit_no,
        cast(null as {{ dbt.type_string() }}) as moved_by,
        cast(null as {{ dbt.type_string() }}) as moved_by_kind,
        false as is_alert,
        waivers.deal_key is not null as is_waived,
        '"' || steps.step_name || '" and "' || others.step_name || '" were done by one and the same: '
        || coalesce(people.owner_name, four_eyes.person) as sentence
    from four_eyes
    inner join verdicts on four_eyes.deal_key = verdicts.deal_key and four_eyes.step_key = verdicts.step_key
    inner join steps on four_eyes.version = steps.version and four_eyes.step_key = steps.step_key
    inner join steps as others
        on four_eyes.version = others.version and four_eyes.not_by_step_key = others.step_key
    left join {{ ref('int_people') }} as people on four_eyes.person = people.owner_key
    left join {{ ref('int_step_waivers') }} as waivers
        on four_eyes.deal_key = waivers.deal_key and four_eyes.step_key = waivers.step_key

)

select * from final
