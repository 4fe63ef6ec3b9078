{#- By how much the chain misses less than a baseline, and the bounds within which that would lie in 90 of 100 histories
    like this one (circular block bootstrap). -#}
{%- set draws = var('forecast_draws') -%}
with blocks as (

    select * from {{ ref('int_forecast_blocks') }}

),

numbers as (

    select * from {{ ref('int_forecast_draws') }}

),

sizes as (

    select distinct
        windows,
        last_block_no
    from blocks

),

choices as (

    select
        sizes.windows,
        sizes.last_block_no,
        numbers.draw_no,
        numbers.block_no,
        mod(numbers.number, sizes.windows) as place
    from sizes
    inner join numbers on sizes.last_block_no >= numbers.block_no

),

drawn as (

    select
        blocks.deal_type,
        blocks.level,
        blocks.horizon_steps,
        blocks.baseline,
        choices.draw_no,
        sum(
            case when choices.block_no < choices.last_block_no then blocks.whole_gain else blocks.cut_gain end
        ) as gain
    from choices
    inner join blocks
        on
            choices.windows = blocks.windows
            and choices.last_block_no = blocks.last_block_no
            and choices.place = blocks.place
    group by blocks.deal_type, blocks.level, blocks.horizon_steps, blocks.baseline, choices.draw_no

),

ranked as (

    select
        drawn.*,
        row_number() over (partition by deal_type, level, horizon_steps, baseline order by gain) as place
    from drawn

),

final as (

    select
        deal_type,
        level,
        horizon_steps,
        baseline,
        max(case when place * 20 = {{ draws }} then gain end) as gain_low,
        max(case when (place - 1) * 20 = {{ draws }} * 19 then gain end) as gain_high
    from ranked
    group by deal_type, level, horizon_steps, baseline

)

select * from final
