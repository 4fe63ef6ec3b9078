{# Texts of a group joined in a given order (string_agg with an order is not portable). Returns text. #}
{% macro listagg_ordered(value, separator, order_by) -%}
    {{ return(adapter.dispatch('listagg_ordered', 'plumbline')(value, separator, order_by)) }}
{%- endmacro %}

{% macro default__listagg_ordered(value, separator, order_by) -%}
    array_join(transform(array_sort(collect_list(struct({{ order_by }} as place, {{ value }} as item))), x -> x.item), {{ separator }})
{%- endmacro %}

{% macro duckdb__listagg_ordered(value, separator, order_by) -%}
    string_agg({{ value }}, {{ separator }} order by {{ order_by }})
{%- endmacro %}
