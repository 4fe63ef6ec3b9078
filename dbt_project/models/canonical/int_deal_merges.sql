{# One row per deal that was merged away; of several survivors (merged again later) the latest. #}
with mergers as (
    {{ union_crms('merges', ['connection', 'deal_id', 'merged_into', 'merged_at']) }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by connection, deal_id
            order by merged_at desc nulls last, merged_into desc
        ) as place
    from mergers
)

select
    ranked.connection,
    ranked.connection || ':' || ranked.deal_id as deal_key,
    ranked.deal_id,
    ranked.merged_into,
    coalesce(ranked.merged_at, connections.judged_at) as merged_at
from ranked
left join {{ source('reference', 'connections') }} as connections
    on ranked.connection = connections.connection
where ranked.place = 1
