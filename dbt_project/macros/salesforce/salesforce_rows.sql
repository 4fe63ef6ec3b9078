{# The latest version of each Salesforce row of an object, its fields as a map of texts, parsed once. #}
{% macro salesforce_rows(object, id_name) -%}
    select
        connection,
        id as {{ id_name }},
        coalesce(is_deleted, false) as is_deleted,
        {{ naive_utc('modified_at') }} as modified_at,
        {{ naive_utc('extracted_at') }} as extracted_at,
        {{ json_fields('payload') }} as fields
    from ({{ latest_records(source('lake', 'salesforce__' ~ object)) }}) as latest
{%- endmacro %}
