{# The levels at which a forecast is added up. #}

{# One row per level. #}
{% macro forecast_levels() -%}
    select 'company' as level
    union all
    select 'team' as level
    union all
    select 'owner' as level
    union all
    select 'segment' as level
    union all
    select 'pipeline' as level
{%- endmacro %}

{# Which of a level a row of `rows` belongs to; empty: the company, or nobody's. Returns text. #}
{% macro level_id(level, rows) -%}
    case
        when {{ level }} = 'team' then coalesce({{ rows }}.team, '')
        when {{ level }} = 'owner' then coalesce({{ rows }}.owner_key, '')
        when {{ level }} = 'segment' then coalesce({{ rows }}.user_segment, '')
        when {{ level }} = 'pipeline' then {{ rows }}.connection || ':' || coalesce({{ rows }}.pipeline_id, '')
        else ''
    end
{%- endmacro %}
