{{ config(materialized='view') }}

with found as (

    select
        *,
        replace(label, '_', ' ') as label_text,
        case when status = '' then '' else ', ' || replace(status, '_', ' ') end as status_text
    from {{ ref('int_found_evidence') }}

),

stages as (

    select distinct
        version,
        stage_key,
        stage_name
    from {{ ref('int_stage_positions') }}

),

-- a piece of evidence as people say it: `incoming email`, `call, completed`, `amount set to 5000`
final as (

    select
        found.*,
        case found.record_kind
            when 'activity'
                then
                    case found.direction when 'in' then 'incoming ' when 'out' then 'outgoing ' else '' end
                    || found.label_text || found.status_text
            when 'document' then found.label_text || found.status_text
            when 'contact' then 'contact' || case when found.label = '' then '' else ', ' || found.label_text end
            when 'stage' then 'entered the stage ' || coalesce(stages.stage_name, found.label_text)
            else found.label_text || ' set to ' || substr(found.status, 1, 80)
        end as what
    from found
    left join stages on found.version = stages.version and found.label = stages.stage_key

)

select * from final
