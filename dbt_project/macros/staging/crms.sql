{# The kinds of CRM that have staging models of the same names and columns. A new CRM is one more word here. #}
{% macro crms() -%}
    {{ return([
        'hubspot',
        'salesforce',
        'files',
        'pipedrive',
        'odoo',
    ]) }}
{%- endmacro %}

{# Those that pour the histories of merged deals together and whose staging tells them apart again, as far as it can. #}
{% macro crms_that_mix_merged_paths() -%}
    {{ return(['hubspot']) }}
{%- endmacro %}
