{{ config(materialized='table') }}

{# A merged deal's line: itself since the merge, before that the parent that lives on in it, and so on. Merges of merges
   are followed four times; what lies before that, or before a merge whose heir nobody knows, is mixed. #}
{% set generations = 5 %}

with survivors as (
    select * from {{ ref('stg_hubspot__survivors') }}
),

heirs as (
    select * from {{ ref('stg_hubspot__heirs') }}
),

line_1 as (
    select
        survivors.connection,
        survivors.deal_id,
        survivors.deal_id as ancestor_id,
        survivors.merged_at as since,
        cast(null as timestamp) as until
    from survivors
),

{% for generation in range(2, generations + 1) %}
    line_{{ generation }} as (
        select
            younger.connection,
            younger.deal_id,
            heirs.parent_id as ancestor_id,
            survivors.merged_at as since,
            younger.since as until
        from line_{{ generation - 1 }} as younger
        inner join heirs
            on
                younger.connection = heirs.connection
                and younger.ancestor_id = heirs.deal_id
        left join survivors
            on
                heirs.connection = survivors.connection
                and heirs.parent_id = survivors.deal_id
    ),
{% endfor %}

line as (
    {% for generation in range(1, generations + 1) %}
        select
            *,
            {{ generation }} as generation
        from line_{{ generation }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

aged as (
    select
        *,
        max(generation) over (partition by connection, deal_id) as oldest
    from line
)

select
    connection,
    deal_id,
    ancestor_id,
    generation,
    case when generation < oldest then since end as since,
    until,
    case when generation = oldest then since end as mixed_before
from aged
