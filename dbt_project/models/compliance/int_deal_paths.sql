with deals as (

    select * from {{ ref('int_judged_deals') }}

),

visits as (

    select * from {{ ref('int_visits') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

ends as (

    select
        deal_key,
        max(case when visit_no = 1 then stage_key end) as first_stage_key,
        max(case when visit_no = 1 then entered_at end) as first_entered_at,
        max(case when visit_no = 1 then precision end) as first_precision,
        max(case when left_at is null then stage_key end) as current_stage_key,
        max(case when left_at is null then entered_at end) as current_since,
        max(case when left_at is null then visit_no end) as current_visit_no,
        max(case when left_at is null then precision end) as current_precision,
        min(case when stage_key = 'unmapped' then entered_at end) as first_unmapped_at,
        max(case when visit_no = 1 then actor_kind end) as first_actor_kind,
        min(case when stage_key = 'won' and precision <> 'order' then entered_at end) as first_won_at
    from visits
    group by deal_key

),

-- a deal of whose way nothing is told stands where it is shown; where something is told and came only after the night,
-- it is not shown where it stood then
shown as (

    select
        deals.deal_key,
        deals.stage_key
    from deals
    where
        not exists (
            select changes.deal_key from {{ ref('int_stage_changes') }} as changes
            where deals.deal_key = changes.deal_key
        )

),

placed as (

    select
        deals.connection,
        deals.crm,
        deals.deal_key,
        deals.deal_id,
        deals.pipeline_id,
        deals.deal_type,
        deals.owner_key,
        deals.amount_home,
        deals.created_at,
        deals.unclear_until,
        deals.judged_at,
        deals.judge_from,
        deals.as_of,
        coalesce(ends.first_stage_key, shown.stage_key, 'unmapped') as first_stage_key,
        coalesce(ends.current_stage_key, shown.stage_key, 'unmapped') as current_stage_key,
        ends.first_entered_at,
        case when ends.current_precision <> 'order' then ends.current_since end as current_since,
        case when ends.current_precision <> 'order' then ends.current_visit_no end as current_visit_no,
        coalesce(ends.current_precision = 'day', false) as is_current_since_day,
        ends.first_unmapped_at,
        -- the history begins after the deal did: what came before its first record is not known
        case
            when ends.first_precision is null or ends.first_precision = 'order' then true
            when deals.created_at is null then true
            -- where one of the two is a day and no more, they are compared as days
            when ends.first_precision = 'day' or deals.created_at = {{ dbt.date_trunc('day', 'deals.created_at') }}
                then
                    {{ local_date('ends.first_entered_at', 'settings.time_zone') }}
                    > case
                        when deals.created_at = {{ dbt.date_trunc('day', 'deals.created_at') }}
                            then cast(deals.created_at as date)
                        else {{ local_date('deals.created_at', 'settings.time_zone') }}
                    end
            else
                ends.first_entered_at
                > {{ add_seconds('deals.created_at', var('creation_tolerance_seconds', 60)) }}
        end as is_truncated,
        -- what was entered whole, or when it was over, was not sold in these stages
        case
            when not deals.is_judged then deals.unjudged_reason
            when ends.first_actor_kind = 'import' then 'imported'
            when
                settings.won_at_birth_seconds > 0
                and ends.first_won_at <= {{ add_seconds('deals.created_at', 'settings.won_at_birth_seconds') }}
                then 'won_at_birth'
        end as unjudged_reason
    from deals
    cross join settings
    left join ends on deals.deal_key = ends.deal_key
    left join shown on deals.deal_key = shown.deal_key

),

final as (

    select
        placed.*,
        case when placed.current_stage_key in ('won', 'lost') then placed.current_stage_key else 'open' end as status,
        placed.unjudged_reason is null as is_judged
    from placed

)

select * from final
