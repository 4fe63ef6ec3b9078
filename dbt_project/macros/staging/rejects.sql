{# Rows for stg_rejects: one per text of a relation that its cast refuses. `casts` lists [field, text column, kind], the
   kinds being time, day, money, count, people, ratio and flag. #}
{% macro rejects(relation, object, id, casts) -%}
    {% set reasons = {
        'time': 'not a time between 1900 and 2199',
        'day': 'not a date between 1900 and 2199',
        'money': 'not a number',
        'count': 'not a whole number',
        'people': 'not a whole number from 0 to ' ~ plumbline.most_people(),
        'ratio': 'not a number',
        'flag': 'neither true nor false',
    } %}
    {%- for field, text, kind in casts %}
    select
        connection,
        '{{ object }}' as object,
        {{ id }} as id,
        '{{ field }}' as field,
        {{ text }} as value,
        '{{ reasons[kind] }}' as reason
    from {{ relation }}
    where {{ text }} is not null and {{ plumbline.cast_text(kind, text) }} is null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}

{% macro cast_text(kind, text) -%}
    {%- if kind == 'time' -%}{{ to_utc(text) }}
    {%- elif kind == 'day' -%}{{ day_of(text, "'UTC'") }}
    {%- elif kind == 'money' -%}{{ to_money(text) }}
    {%- elif kind == 'count' -%}{{ to_count(text) }}
    {%- elif kind == 'people' -%}
        case when {{ to_count(text) }} between 0 and {{ plumbline.most_people() }} then {{ to_count(text) }} end
    {%- elif kind == 'ratio' -%}{{ to_ratio(text) }}
    {%- else -%}{{ to_flag(text) }}
    {%- endif -%}
{%- endmacro %}
