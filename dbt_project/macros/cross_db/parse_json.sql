{# A JSON text as one typed struct, read once; what is absent or of another shape becomes NULL, numbers become text.
   `fields` describes the struct in engine-free words: {'id': 'text', 'tags': ['text'], 'owner': {'email': 'text'},
   'properties': 'map', 'history': 'map of entries'}. Types: text, map (text to text), or a nested dict or list;
   {'map_of': type} is a map from text to a type. #}
{% macro parse_json(column, fields) -%}{{ return(adapter.dispatch('parse_json', 'plumbline')(column, fields)) }}{%- endmacro %}

{% macro default__parse_json(column, fields) -%}
    from_json({{ column }}, '{{ plumbline.spark_json_type(fields) }}')
{%- endmacro %}

{% macro duckdb__parse_json(column, fields) -%}
    from_json({{ column }}, '{ {%- for name, kind in fields.items() -%}
        "{{ name }}":{{ tojson(plumbline.duckdb_json_type(kind)) }}{{ ',' if not loop.last }}
    {%- endfor -%} }')
{%- endmacro %}

{% macro duckdb_json_type(kind) -%}
    {%- if kind == 'text' -%}VARCHAR
    {%- elif kind is sequence and kind is not mapping and kind is not string -%}{{ plumbline.duckdb_json_type(kind[0]) }}[]
    {%- elif kind is mapping and 'map_of' in kind -%}MAP(VARCHAR, {{ plumbline.duckdb_json_type(kind['map_of']) }})
    {%- elif kind is mapping -%}
        STRUCT({% for name, part in kind.items() %}"{{ name }}" {{ plumbline.duckdb_json_type(part) }}{{ ', ' if not loop.last }}{% endfor %})
    {%- else -%}{{ exceptions.raise_compiler_error("parse_json: unknown type " ~ kind ~ "; use 'text', a list, a dict or {'map_of': …}") }}
    {%- endif -%}
{%- endmacro %}

{% macro spark_json_type(kind) -%}
    {%- if kind == 'text' -%}string
    {%- elif kind is sequence and kind is not mapping and kind is not string -%}array<{{ plumbline.spark_json_type(kind[0]) }}>
    {%- elif kind is mapping and 'map_of' in kind -%}map<string,{{ plumbline.spark_json_type(kind['map_of']) }}>
    {%- else -%}
        struct<{% for name, part in kind.items() %}`{{ name }}`:{{ plumbline.spark_json_type(part) }}{{ ',' if not loop.last }}{% endfor %}>
    {%- endif -%}
{%- endmacro %}
