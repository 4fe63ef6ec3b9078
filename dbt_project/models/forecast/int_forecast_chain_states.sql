with hazards as (

    select * from {{ ref('int_forecast_hazards') }}

),

stages as (

    select distinct
        as_of_at,
        deal_type,
        segment,
        stage_key
    from hazards

),

numbered as (

    select
        stages.*,
        row_number() over (order by as_of_at, deal_type, segment, stage_key) as chain_no
    from stages

),

ages as (

    select
        numbered.*,
        {{ unnest_range(oldest_age() + 1, 'age_no') }}
    from numbered

),

-- one number per state of a chain, so that its steps are joined by numbers
final as (

    select
        chain_no,
        as_of_at,
        deal_type,
        segment,
        stage_key,
        cast(age_no - 1 as integer) as age_steps,
        {{ age_bucket('age_no - 1') }} as age_bucket,
        chain_no * {{ oldest_age() + 1 }} + age_no - 1 as state_no
    from ages

)

select * from final
