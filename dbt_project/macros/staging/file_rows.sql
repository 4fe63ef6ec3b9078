{# The latest version of each row of an exported object, its documented columns as texts (an empty text counts as absent);
   of those that were deleted since, the last that stood where that is `kept`. #}
{% macro file_rows(object, columns, kept=false) -%}
    {%- set relation = source('lake', 'files__' ~ object) %}
    {% set fields = {} %}
    {%- for column in columns %}{% do fields.update({column: 'text'}) %}{% endfor %}
    select
        connection,
        id as row_id,
        is_deleted as row_is_deleted,
        {{ naive_utc('modified_at') }} as row_modified_at,
        {{ naive_utc('extracted_at') }} as extracted_at,
        {%- if kept %}
        {{ naive_utc('withdrawn_at') }} as withdrawn_at,
        {%- endif %}
        {%- for column in columns %}
        nullif(trim(payload.{{ column }}), '') as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            connection,
            id,
            is_deleted,
            modified_at,
            extracted_at,
            {%- if kept %}
            withdrawn_at,
            {%- endif %}
            {{ parse_json('payload', fields) }} as payload
        from ({{ standing_records(relation) if kept else latest_records(relation) }}) as latest
    ) as parsed
{%- endmacro %}
