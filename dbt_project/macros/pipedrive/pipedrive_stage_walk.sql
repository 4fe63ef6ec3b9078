{# CTEs from changes of stage and status to entries into stages: each time the stage in which a deal shows itself becomes
   another one. One save may change both, and then the move comes first: who is taken up again in another stage was not in
   the old one, and who is won from another stage was in that one before. #}
{% macro pipedrive_stage_walk(events, name) -%}
followed as (
    select
        *,
        lead(native_field) over (partition by connection, deal_id order by changed_at, place) as next_field,
        lead(changed_at) over (partition by connection, deal_id order by changed_at, place) as next_at,
        lead(place) over (partition by connection, deal_id order by changed_at, place) as next_place,
        lead(actor_kind || ' ' || coalesce(actor_id, '')) over (
            partition by connection, deal_id order by changed_at, place
        ) as next_actor
    from {{ events }}
),

placed as (
    select
        *,
        case
            when
                native_field = 'status' and next_field = 'stage_id' and next_at = changed_at
                and next_actor = actor_kind || ' ' || coalesce(actor_id, '')
                then 2 * next_place + 1
            else 2 * place
        end as order_no
    from followed
),

numbered as (
    select
        *,
        sum(case native_field when 'stage_id' then 1 else 0 end) over (
            partition by connection, deal_id
            order by changed_at, order_no
            rows between unbounded preceding and current row
        ) as stage_no,
        sum(case native_field when 'status' then 1 else 0 end) over (
            partition by connection, deal_id
            order by changed_at, order_no
            rows between unbounded preceding and current row
        ) as status_no
    from placed
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
        lag(stage_id) over (partition by connection, deal_id order by changed_at, order_no)
            as stage_id_before
    from shown
),

{{ name }} as (
    select * from compared
    where stage_id is not null and (stage_id_before is null or stage_id_before <> stage_id)
),
{%- endmacro %}
