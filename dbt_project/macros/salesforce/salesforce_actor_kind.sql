{# Who a user is. Flows work as Automated Process; integrations have a user type or a licence of their own; a partner's
   seller is a person. A user whom Salesforce doesn't show is unknown. Returns text. #}
{% macro salesforce_actor_kind(user_type, licence) -%}
    case
        when {{ user_type }} = 'AutomatedProcess' then 'workflow'
        when lower({{ licence }}) like '%integration%' then 'integration'
        when {{ user_type }} in ('Standard', 'PowerPartner') then 'person'
        when {{ user_type }} is not null then 'integration'
        else 'unknown'
    end
{%- endmacro %}
