{# The arithmetic of comparing two groups, as expressions of any engine; doubles in, doubles out. #}

{# One bound of a share's interval by Wilson's score; `side` is '-' or '+'. #}
{% macro wilson_bound(hits, n, z, side) -%}
    (({{ hits }} + {{ z }} * {{ z }} / 2)
    {{ side }} {{ z }} * sqrt({{ hits }} * ({{ n }} - {{ hits }}) / cast(nullif({{ n }}, 0) as double) + {{ z }} * {{ z }} / 4))
    / nullif({{ n }} + {{ z }} * {{ z }}, 0)
{%- endmacro %}

{# One bound of the interval of a difference of two shares by Newcombe's method 10, from each share and its own bounds. #}
{% macro newcombe_bound(share, other_share, bound, other_bound, side) -%}
    {{ share }} - {{ other_share }} {{ side }} sqrt(
        ({{ share }} - {{ bound }}) * ({{ share }} - {{ bound }})
        + ({{ other_bound }} - {{ other_share }}) * ({{ other_bound }} - {{ other_share }})
    )
{%- endmacro %}

{# How many standard errors an interval reaches to either side so that `comparisons` of them hold together in 95 of 100
   cases (Bonferroni); the normal quantile by Abramowitz and Stegun 26.2.23, exact to 0.0005. #}
{% macro widened_z(comparisons) -%}
    {%- set t = "sqrt(-2 * ln(0.025 / " ~ comparisons ~ "))" -%}
    ({{ t }} - (2.515517 + 0.802853 * {{ t }} + 0.010328 * {{ t }} * {{ t }})
    / (1 + 1.432788 * {{ t }} + 0.189269 * {{ t }} * {{ t }} + 0.001308 * {{ t }} * {{ t }} * {{ t }}))
{%- endmacro %}
