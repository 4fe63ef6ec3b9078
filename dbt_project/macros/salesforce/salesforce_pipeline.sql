{# The pipeline that a record type's id stands for. A deal without record type has the org's only sales process, and so
   has one of the master record type, whose id Salesforce writes with zeros only. Returns text. #}
{% macro salesforce_pipeline(record_type_id) -%}
    case
        when {{ record_type_id }} is null or substr({{ record_type_id }}, 1, 15) = '012000000000000' then 'default'
        else {{ record_type_id }}
    end
{%- endmacro %}
