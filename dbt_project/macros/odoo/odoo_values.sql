{# Odoo writes `false` for every missing value, and a reference as [id,"label"]. From the text of a value in a JSON object's
   map: the id of a reference, its label (or the plain text of any other value), and the plain text alone. #}
{% macro odoo_id(text) -%}
    nullif(regexp_extract({{ text }}, '^\[([0-9]+),', 1), '')
{%- endmacro %}

{% macro odoo_text(text) -%}
    nullif(nullif(trim({{ text }}), 'false'), '')
{%- endmacro %}

{% macro odoo_label(text) -%}
    case
        when {{ text }} like '[%'
            then nullif(replace(regexp_extract({{ text }}, '^\[[0-9]+, *"(.*)"\]$', 1), '\"', '"'), '')
        else {{ odoo_text(text) }}
    end
{%- endmacro %}

{# The value of a lead's field as evidence: people, teams and companies by id, anything else as it reads. #}
{% macro odoo_evidence(field, text) -%}
    case
        when {{ field }} in ('user_id', 'partner_id', 'team_id') then {{ odoo_id(text) }}
        else {{ odoo_label(text) }}
    end
{%- endmacro %}

{# The old or new value of a tracked change, which lies in a column of its type; amounts changed theirs with Odoo 17. #}
{% macro odoo_tracked(age) -%}
    case
        when field_name = 'expected_revenue'
            then coalesce(payload.{{ age }}_value_monetary, payload.{{ age }}_value_float)
        when field_name in ('stage_id', 'user_id', 'partner_id', 'team_id') then nullif(payload.{{ age }}_value_integer, '0')
        when field_name = 'active' then payload.{{ age }}_value_integer
        else coalesce(
            {{ odoo_text('payload.' ~ age ~ '_value_char') }},
            {{ odoo_text('payload.' ~ age ~ '_value_datetime') }},
            nullif(payload.{{ age }}_value_float, '0.0'),
            nullif(payload.{{ age }}_value_integer, '0')
        )
    end
{%- endmacro %}

{# Whether a lead is lost: Odoo archives it, and says so by a reason, by probability 0 or (from 19 on) in a word. #}
{% macro odoo_lost(properties) -%}
    coalesce(
        {{ map_value(properties, "'active'") }} = 'false'
        and (
            {{ map_value(properties, "'won_status'") }} = 'lost'
            or {{ odoo_id(map_value(properties, "'lost_reason_id'")) }} is not null
            or {{ odoo_id(map_value(properties, "'lost_reason'")) }} is not null
            or {{ to_ratio(map_value(properties, "'probability'")) }} = 0
        ),
        false
    )
{%- endmacro %}
