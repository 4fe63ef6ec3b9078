{# The age in steps that a time in stage is counted under: the largest bound that it has reached. #}
{% macro forecast_age_bucket(steps) -%}
    case
        {% for bound in [31, 26, 17, 13, 9, 7, 5, 3, 2, 1] -%}
            when {{ steps }} >= {{ bound }} then {{ bound }}
        {% endfor -%}
        else 0
    end
{%- endmacro %}
