with stays as (

    select * from {{ ref('int_stays') }}
    where not has_left

),

deals as (

    select * from {{ ref('int_deal_paths') }}
    where status = 'open'

),

limits as (

    select * from {{ ref('rpt_stage_limits') }}
    where limit_days is not null

),

-- a segment with a limit of its own goes before the stage as a whole
limited as (

    select
        stays.*,
        coalesce(own.limit_days, whole.limit_days) as limit_days,
        own.segment as limit_segment,
        coalesce(own.left_stays, whole.left_stays) as left_stays
    from stays
    left join limits as own
        on
            stays.deal_type = own.deal_type
            and stays.stage_key = own.stage_key
            and stays.segment = own.segment
    left join limits as whole
        on
            stays.deal_type = whole.deal_type
            and stays.stage_key = whole.stage_key
            and whole.segment is null

),

final as (

    select
        deals.connection,
        deals.crm,
        deals.deal_key,
        deals.deal_id,
        deals.owner_key,
        deals.deal_type,
        limited.segment,
        deals.amount_home,
        limited.stage_key,
        limited.entered_at,
        cast(limited.days as double) as days,
        limited.limit_days,
        limited.limit_segment,
        limited.left_stays as compared_with,
        deals.judged_at,
        deals.as_of
    from limited
    inner join deals on limited.deal_key = deals.deal_key
    where limited.days > limited.limit_days

)

select * from final
