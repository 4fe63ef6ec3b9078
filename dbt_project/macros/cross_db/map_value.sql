{# The value of a key of a map, NULL when it is absent; an empty text counts as absent, because CRMs clear fields so. #}
{% macro map_value(map, key) -%}{{ return(adapter.dispatch('map_value', 'plumbline')(map, key)) }}{%- endmacro %}

{% macro default__map_value(map, key) -%}nullif(trim({{ map }}[{{ key }}]), ''){%- endmacro %}
