{# The levels that a forecast is told at, each with the id of the row it adds up to; every level is told per deal type. #}
{% macro forecast_levels() -%}
    {{ return({
        'company': "''",
        'segment': "coalesce(segment, '')",
        'team': "coalesce(team, '')",
        'owner': "coalesce(owner_key, '')",
        'pipeline': "connection || ':' || coalesce(pipeline_id, '')",
    }) }}
{%- endmacro %}
