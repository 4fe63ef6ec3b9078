{# Who made a change, by the source that Pipedrive names beside it, or by a deal's origin. Returns text. #}
{% macro pipedrive_actor_kind(source) -%}
    case
        when lower({{ source }}) in ('app', 'web', 'mobile', 'android', 'ios', 'manuallycreated') then 'person'
        when lower({{ source }}) in ('automation', 'automations', 'workflow', 'system') then 'workflow'
        when lower({{ source }}) in ('import', 'importer') then 'import'
        when lower({{ source }}) in ('api', 'marketplace', 'integration', 'merge', 'zapier') then 'integration'
        else 'unknown'
    end
{%- endmacro %}
