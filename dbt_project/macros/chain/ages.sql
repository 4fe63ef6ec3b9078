{# How long deals stand in a stage, as the chain counts it: in steps, told apart finely while young and coarsely when old. #}

{# The bucket of an age in steps: the largest of the buckets' beginnings that it reaches. Returns an integer. #}
{% macro age_bucket(steps) -%}
    case
        {%- for first in plumbline.age_buckets() | reverse %}
        when {{ steps }} >= {{ first }} then {{ first }}
        {%- endfor %}
    end
{%- endmacro %}

{% macro age_buckets() -%}{{ return(var('forecast_age_buckets')) }}{%- endmacro %}

{# The age from which on all deals are of one kind. #}
{% macro oldest_age() -%}{{ return(var('forecast_age_buckets') | last) }}{%- endmacro %}
