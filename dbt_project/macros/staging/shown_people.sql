{# How many people of a deal are shown as rows of their own. No deal has 10,000: a greater number is a slip that must
   not fill the disk, so as many are shown, which is enough for any step, and stg_rejects lists it (kind `people`). #}
{% macro shown_people(count) -%}
    case when {{ count }} > {{ plumbline.most_people() }} then {{ plumbline.most_people() }} else {{ count }} end
{%- endmacro %}

{% macro most_people() -%}10000{%- endmacro %}
