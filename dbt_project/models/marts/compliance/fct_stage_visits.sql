with times as (

    select * from {{ ref('int_stage_times') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

-- a CRM may know its users by other ids than the owners of its deals
people as (

    select
        connection,
        coalesce(user_id, owner_id) as actor_id,
        min(owner_key) as owner_key
    from {{ ref('int_owners') }}
    group by connection, coalesce(user_id, owner_id)

),

final as (

    select
        {{ surrogate_key(['times.deal_key', 'times.visit_no']) }} as visit_id,
        deals.connection,
        deals.crm,
        times.deal_key,
        deals.deal_id,
        times.visit_no,
        times.stage_key,
        times.stage_id,
        times.entered_at,
        times.left_at,
        cast(times.days as double) as days,
        cast(times.days_so_far as double) as days_in_stage_so_far,
        times.is_timed,
        times.left_at is null and times.stage_key not in ('won', 'lost') as is_open,
        times.source,
        times.precision,
        times.left_precision,
        times.actor_id as moved_by,
        people.owner_key as moved_by_owner_key,
        times.actor_kind as moved_by_kind,
        deals.judged_at,
        deals.as_of
    from times
    inner join deals on times.deal_key = deals.deal_key
    left join people on deals.connection = people.connection and times.actor_id = people.actor_id

)

select * from final
