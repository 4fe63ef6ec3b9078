{# A deal that stayed where it was has aged; one that moved is taken at the age that it had: the move is told apart. #}
with open_deals as (

    select * from {{ ref('int_forecast_open_deals') }}
    where purpose in ('before', 'now') and mode <> 'none'

),

earlier as (

    select * from open_deals
    where purpose = 'before'

),

later as (

    select * from open_deals
    where purpose = 'now'

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

ratios as (

    select ratios.*
    from {{ ref('int_forecast_amount_ratios') }} as ratios
    inner join {{ ref('int_forecast_as_ofs') }} as as_ofs on ratios.as_of_at = as_ofs.as_of_at
    where as_ofs.purpose = 'before'

),

final as (

    select
        coalesce(later.deal_key, earlier.deal_key) as deal_key,
        coalesce(later.deal_type, earlier.deal_type) as deal_type,
        coalesce(later.owner_key, earlier.owner_key) as owner_key,
        coalesce(later.team, earlier.team) as team,
        earlier.deal_key is not null as was_open,
        later.deal_key is not null as is_open,
        case
            when later.deal_key is not null or earlier.deal_key is null then null
            when earlier.closed_at < settings.as_of and earlier.closed_as in ('won', 'lost') then earlier.closed_as
            else 'gone'
        end as ended_as,
        earlier.segment as segment_before,
        earlier.stage_key as stage_before,
        earlier.age_steps as age_before,
        cast(coalesce(earlier.amount_home, 0) as double) as amount_before,
        earlier.amount_ratio as ratio_before,
        later.segment as segment_now,
        later.stage_key as stage_now,
        later.age_steps as age_now,
        cast(coalesce(later.amount_home, 0) as double) as amount_now,
        later.amount_ratio as ratio_now,
        coalesce(ratios.amount_ratio, 1) as ratio_moved,
        case
            when earlier.stage_key = later.stage_key and later.age_steps >= earlier.age_steps then later.age_steps
            else earlier.age_steps
        end as age_unmoved
    from earlier
    full outer join later on earlier.deal_key = later.deal_key and earlier.deal_type = later.deal_type
    cross join settings
    left join ratios on later.deal_type = ratios.deal_type and later.stage_key = ratios.stage_key

)

select * from final
