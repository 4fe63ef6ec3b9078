{# How late a certain record or part of evidence came to a step of `deadlines`: 1 in time, 2 in time and flagged as
   entered too late, 3 later. int_doubtful_records ranks what is doubtful on the same scale. #}
{% macro certain_lateness(timely_at, done_at) -%}
    case
        when {{ timely_at }} is not null then 1
        when {{ done_at }} <= deadlines.deadline_at and deadlines.backfill_policy = 'flag' then 2
        else 3
    end
{%- endmacro %}
