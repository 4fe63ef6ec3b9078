{#- It takes so many deals to say so; a step is not done when next to nobody does it, and done afterwards when most of
    those who do record it only after leaving the stage. -#}
{%- set back = 'cast(-86400 as bigint) * ' ~ var('baseline_days', 365) -%}
{%- set fewest = var('health_min_deals', 30) -%}
{%- set hardly = 0.05 -%}
{%- set mostly = 0.5 -%}
with settings as (

    select * from {{ source('reference', 'settings') }}

),

newest as (

    select max(version) as version
    from {{ source('reference', 'process_steps') }}

),

counted as (

    select
        verdicts.stage_key,
        verdicts.step_key,
        count(*) as deals,
        count(case when verdicts.state <> 'missing' then 1 end) as done,
        count(case when verdicts.state in ('late', 'backfilled') then 1 end) as afterwards
    from {{ ref('int_step_verdicts') }} as verdicts
    inner join newest on verdicts.version = newest.version
    cross join settings
    where
        verdicts.gate_at >= {{ add_seconds('settings.as_of', back) }}
        and verdicts.state in ('done', 'done_in_grace', 'late', 'missing', 'backfilled')
    group by verdicts.stage_key, verdicts.step_key

),

final as (

    select
        'step_not_done' as kind,
        stage_key,
        step_key,
        deals,
        cast(done as double) / deals as figure
    from counted
    where deals >= {{ fewest }} and done < {{ hardly }} * deals

    union all

    select
        'step_done_afterwards' as kind,
        stage_key,
        step_key,
        done as deals,
        cast(afterwards as double) / done as figure
    from counted
    where done >= {{ fewest }} and afterwards > {{ mostly }} * done

)

select * from final
