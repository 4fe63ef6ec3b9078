{# CTEs from changes of stage and status to entries into stages: each time the stage in which a deal shows itself becomes
   another one. Within a second a move comes before winning, losing or reopening. #}
{% macro pipedrive_stage_walk(events, name) -%}
numbered as (
    select
        *,
        sum(case native_field when 'stage_id' then 1 else 0 end) over (
            partition by connection, deal_id
            order by changed_at, status_order, place
            rows between unbounded preceding and current row
        ) as stage_no,
        sum(case native_field when 'status' then 1 else 0 end) over (
            partition by connection, deal_id
            order by changed_at, status_order, place
            rows between unbounded preceding and current row
        ) as status_no
    from {{ events }}
),

then_valid as (
    select
        *,
        max(case native_field when 'stage_id' then value end) over (partition by connection, deal_id, stage_no)
            as open_stage_id,
        max(case native_field when 'status' then value end) over (partition by connection, deal_id, status_no)
            as status_then
    from numbered
),

shown as (
    select
        *,
        case when status_then in ('won', 'lost') then status_then else open_stage_id end as stage_id
    from then_valid
),

compared as (
    select
        *,
        lag(stage_id) over (partition by connection, deal_id order by changed_at, status_order, place)
            as stage_id_before
    from shown
),

{{ name }} as (
    select * from compared
    where stage_id is not null and (stage_id_before is null or stage_id_before <> stage_id)
),
{%- endmacro %}
