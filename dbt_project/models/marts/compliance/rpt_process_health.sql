with advice as (

    select * from {{ ref('int_health_advice') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

stages as (

    select
        stage_key,
        max(stage_name) as stage_name
    from {{ source('reference', 'process_stages') }}
    group by stage_key

),

steps as (

    select
        step_key,
        max(step_name) as step_name
    from {{ source('reference', 'process_steps') }}
    group by step_key

),

worded as (

    select
        advice.*,
        coalesce(stages.stage_name, advice.stage_key) as stage,
        '"' || steps.step_name || '"' as step,
        '"' || advice.crm_stage_name || '" of ' || advice.connection as crm_stage_told,
        {{ in_points('advice.figure') }} || ' %' as percent,
        {{ in_full('advice.deals') }} as counted
    from advice
    left join stages on advice.stage_key = stages.stage_key
    left join steps on advice.step_key = steps.step_key

),

final as (

    select
        {{ surrogate_key(['kind', 'deal_type', 'connection', 'stage_key', 'step_key', 'crm_stage']) }}
            as advice_id,
        worded.kind,
        worded.deal_type,
        worded.connection,
        worded.stage_key,
        worded.step_key,
        worded.crm_stage,
        cast(worded.deals as bigint) as deals,
        cast(worded.figure as double) as figure,
        case worded.kind
            when 'step_not_done'
                then
                    'Of ' || counted || ' deals that left ' || stage || ' ' || percent || ' have ' || step
                    || ' on record: name another evidence for it, or don''t ask for it'
            when 'step_done_afterwards'
                then
                    'Of ' || counted || ' deals with ' || step || ' on record ' || percent
                    || ' got it only after leaving ' || stage || ': ask for it a stage later, or give it more grace'
            when 'step_makes_no_difference'
                then
                    'Deals with and without ' || step || ' when leaving ' || stage || ' are won as often (' || counted
                    || ' compared, a difference above ' || percent
                    || ' would have shown): it may have another use, or none'
            when 'stage_hardly_kept'
                then
                    'Of ' || counted || ' deals that left ' || stage || ' ' || percent
                    || ' owed a step: ask for less there, or find out what keeps people from it'
            when 'stage_asks_for_much'
                then
                    stage || ' asks for ' || {{ in_full('worded.figure') }}
                    || ' mandatory steps: few people keep more than five in mind'
            when 'stage_passed_at_once'
                then
                    'Of ' || counted || ' visits to ' || stage || ' ' || percent
                    || ' ended within a minute: make it optional, or merge it with the next stage'
            when 'stage_unmapped'
                then
                    case when worded.deals = 1 then '1 deal was' else counted || ' deals were' end
                    || ' in the CRM stage ' || crm_stage_told
                    || ', which connections.yml does not map: what is owed there is unknown'
            when 'stage_vanished'
                then
                    'The CRM stage ' || crm_stage_told || ' is mapped to ' || stage
                    || ' and is not there any more: correct connections.yml'
            else
                'No deal came into the CRM stage ' || crm_stage_told || ' (mapped to ' || stage
                || ') in twelve months, while others were entered: is it still in use?'
        end as sentence,
        settings.as_of
    from worded
    cross join settings

)

select * from final
