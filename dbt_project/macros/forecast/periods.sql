{# The periods that money is counted in: calendar months, and quarters of the company's fiscal year. #}

{# The first day of a day's fiscal quarter; `first_month` is the month (1-12) in which the fiscal year starts. #}
{% macro fiscal_quarter_start(day, first_month) -%}
    cast({{ dbt.dateadd('month', '-cast((extract(month from ' ~ day ~ ') - ' ~ first_month ~ ' + 12) % 3 as integer)',
        "date_trunc('month', " ~ day ~ ")") }} as date)
{%- endmacro %}

{# The first day after a period. #}
{% macro period_end(period_grain, period_start) -%}
    cast(case
        when {{ period_grain }} = 'month' then {{ dbt.dateadd('month', 1, period_start) }}
        else {{ dbt.dateadd('month', 3, period_start) }}
    end as date)
{%- endmacro %}
