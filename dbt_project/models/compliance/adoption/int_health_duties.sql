{#- A process is too onerous where hardly a deal leaves a stage owing nothing, or where a stage asks for more than
    people keep in mind. -#}
{%- set back = 'cast(-86400 as bigint) * ' ~ var('baseline_days', 365) -%}
{%- set fewest = var('health_min_deals', 30) -%}
{%- set nearly_all = 0.8 -%}
{%- set many_steps = 5 -%}
with settings as (

    select * from {{ source('reference', 'settings') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}
    where is_mandatory and stage_key <> 'lost'

),

newest as (

    select max(version) as version
    from steps

),

owing as (

    select
        verdicts.stage_key,
        verdicts.deal_key,
        max(case when verdicts.state in ('late', 'missing') then 1 else 0 end) as owes
    from {{ ref('int_step_verdicts') }} as verdicts
    inner join newest on verdicts.version = newest.version
    cross join settings
    where
        verdicts.is_mandatory
        and not verdicts.is_on_loss
        and verdicts.gate_at >= {{ add_seconds('settings.as_of', back) }}
        and verdicts.state in ('done', 'done_in_grace', 'late', 'missing', 'backfilled')
    group by verdicts.stage_key, verdicts.deal_key

),

owed as (

    select
        stage_key,
        count(*) as deals,
        count(case when owes = 1 then 1 end) as owing
    from owing
    group by stage_key

),

asked as (

    select
        steps.stage_key,
        count(*) as mandatory_steps
    from steps
    inner join newest on steps.version = newest.version
    group by steps.stage_key

),

final as (

    select
        'stage_hardly_kept' as kind,
        stage_key,
        deals,
        cast(owing as double) / deals as figure
    from owed
    where deals >= {{ fewest }} and owing > {{ nearly_all }} * deals

    union all

    select
        'stage_asks_for_much' as kind,
        stage_key,
        cast(null as bigint) as deals,
        cast(mandatory_steps as double) as figure
    from asked
    where mandatory_steps > {{ many_steps }}

)

select * from final
