{#- How many of a hundred must have left, and how many stays must have ended before that can be said. -#}
{%- set percent = var('stage_limit_percent', 80) -%}
{%- set fewest = var('stage_limit_min_left', 30) -%}

with survival as (

    select * from {{ ref('int_stage_survival') }}

),

summed as (

    select
        deal_type,
        stage_key,
        segment,
        cast(sum(stays) as bigint) as stays,
        cast(sum(left_stays) as bigint) as left_stays,
        cast(sum(stays - left_stays) as bigint) as open_stays,
        max(day) as longest_days,
        min(case when share_still_there <= 0.5 then day end) as median_days,
        min(case when share_still_there * 100 <= 100 - {{ percent }} then day end) as limit_days
    from survival
    group by deal_type, stage_key, segment

),

refused as (

    select
        summed.*,
        case
            when left_stays < {{ fewest }}
                then
                    'only ' || cast(left_stays as {{ dbt.type_string() }})
                    || ' stays have ended; {{ fewest }} are needed'
            when limit_days is null
                then
                    'fewer than {{ percent }} % are known to have left, even after '
                    || cast(longest_days as {{ dbt.type_string() }}) || ' days'
        end as no_limit_reason
    from summed

),

final as (

    select
        {{ surrogate_key(['deal_type', 'stage_key', 'segment']) }} as limit_id,
        refused.deal_type,
        refused.stage_key,
        refused.segment,
        refused.stays,
        refused.left_stays,
        refused.open_stays,
        case when refused.left_stays >= {{ fewest }} then refused.median_days end as median_days,
        case when refused.no_limit_reason is null then refused.limit_days end as limit_days,
        refused.no_limit_reason,
        settings.as_of
    from refused
    cross join {{ source('reference', 'settings') }} as settings

)

select * from final
