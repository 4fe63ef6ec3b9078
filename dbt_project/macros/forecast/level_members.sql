{# The levels that a forecast is told at, each with the id of the row it adds up to; every level is told per deal type. #}
{% macro level_members() -%}
    {{ return({
        'company': "''",
        'segment': "coalesce(segment, '')",
        'team': "coalesce(team, '')",
        'owner': "coalesce(owner_key, '')",
        'pipeline': "connection || ':' || coalesce(pipeline_id, '')",
    }) }}
{%- endmacro %}
