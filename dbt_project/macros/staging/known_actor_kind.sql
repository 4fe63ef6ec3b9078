{# The kinds of actor that verdicts know; any other word of an export is 'unknown'. #}
{% macro known_actor_kind(text) -%}
    case
        when lower({{ text }}) in ('person', 'integration', 'import', 'workflow') then lower({{ text }})
        else 'unknown'
    end
{%- endmacro %}
