{# The latest version of each HubSpot object of a kind, with its properties as a map of texts, parsed once. #}
{% macro hubspot_records(relation, id_name) -%}
    select
        connection,
        id as {{ id_name }},
        is_deleted,
        {{ parse_json('payload', {'createdAt': 'text', 'properties': {'map_of': 'text'}}) }} as payload
    from ({{ latest_records(relation) }}) as latest
{%- endmacro %}
