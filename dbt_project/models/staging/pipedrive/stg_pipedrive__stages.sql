{# The stages of each pipeline, and the two outcomes, which are a status there. #}
with stages as (
    select
        connection,
        pipeline_id,
        pipeline_name,
        stage_id,
        stage_name,
        {{ to_count('display_order_text') }} as display_order,
        {{ to_ratio('probability_text') }} / 100 as probability,
        false as is_closed,
        false as is_won
    from {{ ref('stg_pipedrive__stage_records') }}
),

pipelines as (
    select
        connection,
        pipeline_id,
        pipeline_name,
        max(display_order) as last_order
    from stages
    group by connection, pipeline_id, pipeline_name
)

select * from stages
{%- for outcome, name, probability in [('won', 'Won', 1), ('lost', 'Lost', 0)] %}
union all
select
    connection,
    pipeline_id,
    pipeline_name,
    '{{ outcome }}' as stage_id,
    '{{ name }}' as stage_name,
    last_order + {{ loop.index }} as display_order,
    cast({{ probability }} as double) as probability,
    true as is_closed,
    {{ 'true' if outcome == 'won' else 'false' }} as is_won
from pipelines
{%- endfor %}
