{# The rows of a CTE once for each level at which money is added up, with `level` and `level_id`: which of them, empty for
   the company and for nobody's. A segment is the company's own; the bands of the amount are the chain's business alone. #}
{% macro at_levels(rows, levels=['company', 'team', 'owner', 'segment', 'pipeline']) -%}
    {%- set ids = {
        'company': "''",
        'team': "coalesce(team, '')",
        'owner': "coalesce(owner_key, '')",
        'segment': "coalesce(user_segment, '')",
        'pipeline': "connection || ':' || coalesce(pipeline_id, '')",
    } -%}
    {%- for level in levels %}
        select
            {{ rows }}.*,
            '{{ level }}' as level,
            {{ ids[level] }} as level_id
        from {{ rows }}
        {{- ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
