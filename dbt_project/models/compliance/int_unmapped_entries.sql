with visits as (

    select * from {{ ref('int_visits') }}
    where stage_key = 'unmapped'

),

firsts as (

    select
        deal_key,
        min(visit_no) as visit_no
    from visits
    group by deal_key

),

final as (

    select
        visits.deal_key,
        visits.visit_no,
        visits.stage_key,
        visits.stage_id,
        visits.entered_at,
        visits.actor_id,
        visits.actor_kind
    from visits
    inner join firsts on visits.deal_key = firsts.deal_key and visits.visit_no = firsts.visit_no

)

select * from final
