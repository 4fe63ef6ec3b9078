{# Who moved it, by the source that HubSpot names beside each history value (the words are those of its API's model of a
   property value). What people and machines use alike stays unknown, since blame rests on this. Returns text. #}
{% macro hubspot_actor_kind(source_type) -%}
    case
        when {{ source_type }} like 'CRM_UI%' or {{ source_type }} like 'MOBILE%' then 'person'
        when
            {{ source_type }} in (
                'SALES', 'CONTACTS', 'CONTACTS_WEB', 'COMPANIES', 'DEALS', 'SIDEKICK', 'TASK', 'EMAIL', 'MEETINGS',
                'EXTENSION', 'BCC_TO_CRM', 'FORWARD_TO_CRM', 'PLAYBOOKS'
            )
            then 'person'
        when {{ source_type }} in ('IMPORT', 'MIGRATION', 'BATCH_UPDATE', 'WAL_INCREMENTAL') then 'import'
        when
            {{ source_type }} in (
                'AUTOMATION_PLATFORM', 'WORKFLOWS', 'AUTOMATION_JOURNEY', 'SEQUENCES', 'CALCULATED', 'BOT', 'AI_GROUP',
                'PROSPECTING_AGENT', 'BET_ASSIGNMENT', 'DATA_ENRICHMENT', 'COMPANY_INSIGHTS', 'INTERNAL_PROCESSING',
                'SETTINGS', 'PROPERTY_SETTINGS', 'PIPELINE_SETTINGS'
            )
            then 'workflow'
        when
            {{ source_type }} in (
                'INTEGRATION', 'INTEGRATIONS_PLATFORM', 'INTEGRATIONS_SYNC', 'API', 'SALESFORCE', 'SLACK_INTEGRATION',
                'GMAIL_INTEGRATION', 'EMAIL_INTEGRATION', 'BET_CRM_CONNECTOR', 'PORTAL_OBJECT_SYNC', 'PAYMENTS',
                'BILLING', 'FORM', 'MERGE_OBJECTS', 'MERGE_CONTACTS', 'MERGE_COMPANIES'
            )
            then 'integration'
        else 'unknown'
    end
{%- endmacro %}
