{# The latest version of each row of an exported object, its documented columns as texts (an empty text counts as absent). #}
{% macro file_rows(object, columns) -%}
    {% set fields = {} %}
    {%- for column in columns %}{% do fields.update({column: 'text'}) %}{% endfor %}
    select
        connection,
        id as row_id,
        is_deleted as row_is_deleted,
        {{ naive_utc('modified_at') }} as row_modified_at,
        {{ naive_utc('extracted_at') }} as extracted_at,
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
            {{ parse_json('payload', fields) }} as payload
        from ({{ latest_records(source('lake', 'files__' ~ object)) }}) as latest
    ) as parsed
{%- endmacro %}
