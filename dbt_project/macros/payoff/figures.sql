{# Numbers as they stand in sentences. #}

{# A share as percent or points, with one decimal. #}
{% macro in_points(share) -%}
    cast(cast({{ share }} * 100 as decimal(9, 1)) as {{ dbt.type_string() }})
{%- endmacro %}

{# A count. #}
{% macro in_full(number) -%}
    cast(cast({{ number }} as bigint) as {{ dbt.type_string() }})
{%- endmacro %}
