{# Whether what is due at that time is not overdue when its connection is judged. Days begin elsewhere than in UTC, so
   two more are let through: what is ahead to the moment is worked out where the company's calendar is known. #}
{% macro is_still_ahead(due_at) -%}
    {{ due_at }} >= {{ add_seconds('coalesce(connections.judged_at, settings.as_of)', 'cast(-172800 as bigint)') }}
{%- endmacro %}
