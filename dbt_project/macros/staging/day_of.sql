{# The day that a CRM's date text means. A plain date, or a moment at midnight UTC (how APIs write a date into a date-time
   field), is that day; any other moment is the company's day in which it lies. Returns a date. #}
{% macro day_of(text, time_zone) -%}
    case
        when length({{ text }}) = 10 then {{ to_day(text) }}
        when date_trunc('day', {{ to_utc(text) }}) = {{ to_utc(text) }} then cast({{ to_utc(text) }} as date)
        else {{ local_date(to_utc(text), time_zone) }}
    end
{%- endmacro %}
