{#- Numbers that look drawn and are the same every night on every engine: whole numbers below 2^31, squared twice. -#}
{%- set modulus = 2147483647 -%}
{%- set most_blocks = var('forecast_backtest_as_ofs') -%}
with draws as (

    select {{ unnest_range(var('forecast_draws'), 'draw_no') }}

),

blocks as (

    select {{ unnest_range(most_blocks, 'block') }}

),

seeds as (

    select
        draws.draw_no,
        blocks.block - 1 as block_no,
        mod(cast(draws.draw_no * 1009 + (blocks.block - 1) * 9176 + 12345 as bigint), {{ modulus }}) as x
    from draws
    cross join blocks

),

mixed as (

    select
        draw_no,
        block_no,
        mod(x * x + 48271 * x + 11, {{ modulus }}) as x
    from seeds

),

final as (

    select
        cast(draw_no as bigint) as draw_no,
        cast(block_no as bigint) as block_no,
        mod(x * x + 48271 * x + 11, {{ modulus }}) as number
    from mixed

)

select * from final
