{# The chain, step by step, as CTEs over a CTE `moves` (state_no, to_state_no, p, first_win, first_lost): one row per state
   and state that it can be in a step later, and what the state itself wins and loses in the first of these steps. Each
   step reads the one before it once; `first_step` is the number that the first of them bears. #}
{% macro chain_levels(steps, first_step=1) -%}
    level_1 as (

        select
            state_no,
            max(first_win) as p_win,
            max(first_lost) as p_lost
        from moves
        group by state_no

    )
    {%- for n in range(2, steps + 1) %},

    level_{{ n }} as (

        select
            moves.state_no,
            sum(moves.p * level_{{ n - 1 }}.p_win) as p_win,
            sum(moves.p * level_{{ n - 1 }}.p_lost) as p_lost
        from moves
        inner join level_{{ n - 1 }} on moves.to_state_no = level_{{ n - 1 }}.state_no
        group by moves.state_no

    )
    {%- endfor %},

    stepped as (
        {%- for n in range(1, steps + 1) %}
        select
            state_no,
            {{ first_step + n - 1 }} as step_no,
            p_win,
            p_lost
        from level_{{ n }}
        {{- ' union all' if not loop.last }}
        {%- endfor %}

    )
{%- endmacro %}
