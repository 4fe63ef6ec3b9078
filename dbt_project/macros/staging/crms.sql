{# The kinds of CRM that have staging models of the same names and columns. A new CRM is one more word here. #}
{% macro crms() -%}
    {{ return([
        'hubspot',
        'salesforce',
        'files',
        'pipedrive',
    ]) }}
{%- endmacro %}
