{# Who moved it, by the source that HubSpot names beside each history value. Returns text. #}
{% macro hubspot_actor_kind(source_type) -%}
    case
        when {{ source_type }} like 'CRM_UI%' or {{ source_type }} like 'MOBILE%' then 'person'
        when {{ source_type }} in ('SALES', 'EMAIL', 'MEETINGS', 'EXTENSION', 'BCC_TO_CRM') then 'person'
        when {{ source_type }} in ('IMPORT', 'MIGRATION', 'BATCH_UPDATE') then 'import'
        when {{ source_type }} in ('AUTOMATION_PLATFORM', 'WORKFLOWS', 'AUTOMATION_JOURNEY', 'CALCULATED') then 'workflow'
        when {{ source_type }} in ('INTEGRATION', 'INTEGRATIONS_PLATFORM', 'API', 'MERGE_OBJECTS') then 'integration'
        else 'unknown'
    end
{%- endmacro %}
