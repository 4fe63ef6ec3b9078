with times as (

    select * from {{ ref('int_stage_times') }}

),

visits as (

    select * from {{ ref('int_visits') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

movers as (

    select * from {{ ref('int_movers') }}

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
        visits.stage_id,
        times.entered_at,
        times.left_at,
        cast(times.days as double) as days,
        cast(times.days_so_far as double) as days_in_stage_so_far,
        times.is_timed,
        times.left_at is null and times.stage_key not in ('won', 'lost') as is_open,
        visits.source,
        visits.precision,
        visits.left_precision,
        visits.actor_id as moved_by,
        movers.owner_key as moved_by_owner_key,
        visits.actor_kind as moved_by_kind,
        deals.judged_at,
        deals.as_of
    from times
    inner join visits on times.deal_key = visits.deal_key and times.visit_no = visits.visit_no
    inner join deals on times.deal_key = deals.deal_key
    left join movers on deals.connection = movers.connection and visits.actor_id = movers.actor_id

)

select * from final
