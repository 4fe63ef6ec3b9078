{# The latest version of each Salesforce row of an object, its fields as a map of texts, parsed once; of those that were
   deleted since, the last that stood where that is `kept`. #}
{% macro salesforce_rows(object, id_name, kept=false) -%}
    {%- set relation = source('lake', 'salesforce__' ~ object) %}
    select
        connection,
        id as {{ id_name }},
        coalesce(is_deleted, false) as is_deleted,
        {{ naive_utc('modified_at') }} as modified_at,
        {{ naive_utc('extracted_at') }} as extracted_at,
        {%- if kept %}
        {{ naive_utc('withdrawn_at') }} as withdrawn_at,
        {%- endif %}
        {{ json_fields('payload') }} as fields
    from ({{ standing_records(relation) if kept else latest_records(relation) }}) as latest
{%- endmacro %}
