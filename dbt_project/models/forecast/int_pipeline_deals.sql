with deals as (

    select * from {{ ref('int_deals') }}

),

connections as (

    select * from {{ source('reference', 'connections') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

owners as (

    select
        owner_key,
        max(team) as team
    from {{ ref('int_owners') }}
    group by owner_key

),

probabilities as (

    select * from {{ ref('int_stage_probabilities') }}

),

-- every deal that is or was worth something to a forecast; merged and deleted ones are not
final as (

    select
        deals.connection,
        deals.crm,
        deals.deal_key,
        deals.deal_type,
        deals.pipeline_id,
        deals.stage_id,
        coalesce(deals.stage_key, 'unmapped') as stage_key,
        deals.owner_key,
        owners.team,
        deals.is_open,
        deals.close_date,
        coalesce(deals.amount_home, cast(0 as decimal(18, 2))) as amount_home,
        coalesce(probabilities.probability, cast(0 as double)) as probability,
        {{ local_date('connections.judged_at', 'settings.time_zone') }} as judged_day,
        settings.as_of,
        settings.night_id,
        settings.time_zone
    from deals
    inner join connections on deals.connection = connections.connection
    cross join settings
    left join owners on deals.owner_key = owners.owner_key
    left join probabilities
        on
            deals.connection = probabilities.connection
            and deals.pipeline_id = probabilities.pipeline_id
            and deals.stage_id = probabilities.stage_id
    where not deals.is_deleted and deals.merged_into is null and connections.state <> 'backfilling'

)

select * from final
