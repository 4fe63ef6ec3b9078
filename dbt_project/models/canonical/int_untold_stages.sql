{# A deal without any dated change has one entry: it stood in its current stage when it was last changed. One whose
   history ends in another stage than its present one came there somehow, and nobody tells when: that is inferred. #}
with dated as (
    {{ union_crms('stage_changes', ['connection', 'deal_id', 'change_id', 'stage_id', 'entered_at']) }}
),

deals as (
    {{ union_crms('deals', ['connection', 'deal_id', 'pipeline_id', 'stage_id', 'created_at', 'modified_at']) }}
),

last_told as (
    select
        connection,
        deal_id,
        stage_id,
        entered_at,
        row_number() over (
            partition by connection, deal_id
            order by entered_at desc, change_id desc
        ) as place,
        max(entered_at) over (partition by connection, deal_id) as last_entered_at
    from dated
    where entered_at is not null
),

-- changes of one moment have no order, so a present stage that is among the last of them is told
told_now as (
    select distinct
        last_told.connection,
        last_told.deal_id
    from last_told
    inner join deals
        on
            last_told.connection = deals.connection
            and last_told.deal_id = deals.deal_id
            and last_told.stage_id = deals.stage_id
    where last_told.entered_at = last_told.last_entered_at
)

select
    deals.connection,
    deals.deal_id,
    deals.deal_id || case when last_told.deal_id is null then ':stage:snapshot' else ':stage:inferred' end
        as change_id,
    deals.pipeline_id,
    deals.stage_id,
    case when last_told.deal_id is null then 'snapshot' else 'inferred' end as source,
    greatest(
        coalesce(deals.modified_at, connections.judged_at, deals.created_at), last_told.entered_at
    ) as entered_at
from deals
left join {{ source('reference', 'connections') }} as connections
    on deals.connection = connections.connection
left join last_told
    on
        deals.connection = last_told.connection
        and deals.deal_id = last_told.deal_id
        and last_told.place = 1
left join told_now
    on
        deals.connection = told_now.connection
        and deals.deal_id = told_now.deal_id
where deals.stage_id is not null and told_now.deal_id is null
