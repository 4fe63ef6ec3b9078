{# The chain beyond what is tried on the past, for the forecasts that are shown: CTEs that end in `stepped`, the block after
   the `block`-th of as many steps as are tried, over the model `before` that holds the block before it. #}
{% macro later_steps(before, block) -%}
    {%- set tried = var('forecast_steps') -%}
    published as (

        select states.state_no
        from {{ ref('int_forecast_chain_states') }} as states
        inner join {{ ref('int_forecast_as_ofs') }} as as_ofs on states.as_of_at = as_ofs.as_of_at
        where as_ofs.purpose <> 'backtest'

    ),

    ways as (

        select moves.*
        from {{ ref('int_forecast_chain_moves') }} as moves
        inner join published on moves.state_no = published.state_no

    ),

    reached as (

        select * from {{ ref(before) }}
        where step_no = {{ tried * block }}

    ),

    onward as (

        select
            ways.state_no,
            sum(ways.p * reached.p_win) as first_win,
            sum(ways.p * reached.p_lost) as first_lost
        from ways
        inner join reached on ways.to_state_no = reached.state_no
        group by ways.state_no

    ),

    moves as (

        select
            ways.state_no,
            ways.to_state_no,
            ways.p,
            onward.first_win,
            onward.first_lost
        from ways
        inner join onward on ways.state_no = onward.state_no

    ),

    {{ plumbline.chain_levels([tried, var('forecast_ultimate_steps') - tried * block] | min, tried * block + 1) }}
{%- endmacro %}
