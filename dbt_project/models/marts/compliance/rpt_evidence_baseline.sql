with counts as (

    select * from {{ ref('int_baseline_counts') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

names as (

    select
        stage_key,
        max(stage_name) as stage_name,
        max(stage_order) as stage_order
    from {{ source('reference', 'process_stages') }}
    group by stage_key

),

told as (

    select
        deal_type,
        stage_key,
        team_key,
        false as is_all_teams,
        candidate,
        deals,
        deals_by_then,
        deals_later,
        deals_undated
    from counts

    union all

    select
        deal_type,
        stage_key,
        '(all)' as team_key,
        true as is_all_teams,
        candidate,
        sum(deals) as deals,
        sum(deals_by_then) as deals_by_then,
        sum(deals_later) as deals_later,
        sum(deals_undated) as deals_undated
    from counts
    group by deal_type, stage_key, candidate

),

final as (

    select
        {{ surrogate_key([
            'told.deal_type', 'told.stage_key', 'told.team_key', 'told.is_all_teams', 'told.candidate'
        ]) }} as baseline_id,
        told.deal_type,
        told.stage_key,
        names.stage_name,
        names.stage_order,
        told.team_key,
        told.is_all_teams,
        told.candidate,
        cast(told.deals as bigint) as deals,
        cast(told.deals_by_then as bigint) as deals_by_then,
        cast(told.deals_later as bigint) as deals_later,
        cast(told.deals_undated as bigint) as deals_undated,
        {{ safe_divide('told.deals_by_then', 'told.deals') }} as share_low,
        {{ safe_divide('told.deals_by_then + told.deals_undated', 'told.deals') }} as share_high,
        settings.as_of
    from told
    cross join settings
    left join names on told.stage_key = names.stage_key

)

select * from final
