{# The graces, in seconds and rising, that verdicts are tried with beside the one that the process sets. #}
{% macro graces_tried() -%}{{ return([0, 60, 3600, 86400]) }}{%- endmacro %}

{# The least of these graces with which a moment is not too late; NULL when none is enough, or there is no moment. #}
{% macro least_grace(moment, deadline) -%}
    case
        {%- for grace in graces_tried() %}
            {%- set seconds = 'cast(' ~ grace ~ ' as bigint)' %}
            when {{ moment }} <= {{ add_seconds(deadline, seconds) }} then {{ grace }}
        {%- endfor %}
    end
{%- endmacro %}
