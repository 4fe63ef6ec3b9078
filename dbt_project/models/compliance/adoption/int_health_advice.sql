{#- A step without a difference is told only where a difference of so many points would have been seen. -#}
{%- set small = 0.1 -%}
with steps as (

    select * from {{ ref('int_health_steps') }}

),

duties as (

    select * from {{ ref('int_health_duties') }}

),

visits as (

    select * from {{ ref('int_health_visits') }}

),

map as (

    select * from {{ ref('int_health_map') }}

),

compared as (

    select * from {{ ref('int_payoff_told') }}
    where
        step_key is not null
        and comparison = 'all'
        and verdict = 'not shown'
        and win_difference_low > -{{ small }}
        and win_difference_high < {{ small }}

),

final as (

    select
        kind,
        cast(null as {{ dbt.type_string() }}) as deal_type,
        cast(null as {{ dbt.type_string() }}) as connection,
        stage_key,
        step_key,
        cast(null as {{ dbt.type_string() }}) as crm_stage,
        cast(null as {{ dbt.type_string() }}) as crm_stage_name,
        deals,
        figure
    from steps

    union all

    select
        kind,
        cast(null as {{ dbt.type_string() }}) as deal_type,
        cast(null as {{ dbt.type_string() }}) as connection,
        stage_key,
        cast(null as {{ dbt.type_string() }}) as step_key,
        cast(null as {{ dbt.type_string() }}) as crm_stage,
        cast(null as {{ dbt.type_string() }}) as crm_stage_name,
        deals,
        figure
    from duties

    union all

    select
        'stage_passed_at_once' as kind,
        cast(null as {{ dbt.type_string() }}) as deal_type,
        cast(null as {{ dbt.type_string() }}) as connection,
        stage_key,
        cast(null as {{ dbt.type_string() }}) as step_key,
        cast(null as {{ dbt.type_string() }}) as crm_stage,
        cast(null as {{ dbt.type_string() }}) as crm_stage_name,
        deals,
        figure
    from visits

    union all

    select
        kind,
        cast(null as {{ dbt.type_string() }}) as deal_type,
        connection,
        stage_key,
        cast(null as {{ dbt.type_string() }}) as step_key,
        crm_stage,
        crm_stage_name,
        deals,
        cast(null as double) as figure
    from map

    union all

    select
        'step_makes_no_difference' as kind,
        deal_type,
        cast(null as {{ dbt.type_string() }}) as connection,
        stage_key,
        step_key,
        cast(null as {{ dbt.type_string() }}) as crm_stage,
        cast(null as {{ dbt.type_string() }}) as crm_stage_name,
        deals_kept + deals_not_kept as deals,
        greatest(win_difference_high, -win_difference_low) as figure
    from compared

)

select * from final
