{# What is compared among won deals beside the wins: each measure, and the word for the deals that have it. #}
{% macro payoff_measures() -%}
    {{ return({'days': 'timed', 'margin': 'margins', 'amount': 'sized'}) }}
{%- endmacro %}

{# The figures of an arm that are means of its deals, in the order of their columns. #}
{% macro payoff_averages() -%}
    {%- set averages = [] -%}
    {%- for measure in payoff_measures() -%}
        {%- do averages.extend([measure ~ '_mean', measure ~ '_variance']) -%}
    {%- endfor -%}
    {{ return(averages + ['brier']) }}
{%- endmacro %}
