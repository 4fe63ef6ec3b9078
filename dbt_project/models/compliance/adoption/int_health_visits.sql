{#- A stage whose median visit ends within so many seconds is clicked through and not worked in. -#}
{%- set back = 'cast(-86400 as bigint) * ' ~ var('baseline_days', 365) -%}
{%- set fewest = var('health_min_deals', 30) -%}
{%- set at_once_seconds = 60 -%}
with settings as (

    select * from {{ source('reference', 'settings') }}

),

stays as (

    select stays.*
    from {{ ref('int_stage_times') }} as stays
    inner join {{ ref('int_judged_deals') }} as deals on stays.deal_key = deals.deal_key
    cross join settings
    where deals.is_judged and stays.entered_at >= {{ add_seconds('settings.as_of', back) }}

),

passed as (

    select
        stage_key,
        count(*) as visits,
        count(case when days * 86400 < {{ at_once_seconds }} then 1 end) as at_once
    from stays
    where is_timed and left_at is not null and stage_key not in ('won', 'lost', 'unmapped')
    group by stage_key

),

final as (

    select
        stage_key,
        visits as deals,
        cast(at_once as double) / visits as figure
    from passed
    where visits >= {{ fewest }} and 2 * at_once > visits

)

select * from final
