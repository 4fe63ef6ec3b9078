with deals as (
    select
        connection,
        count(*) as deals,
        sum(case when is_judged then 1 else 0 end) as judged_deals,
        sum(case when stage_key = 'unmapped' then 1 else 0 end) as unmapped_deals
    from {{ ref('int_deals') }}
    group by connection
),

rejects as (
    select
        connection,
        count(*) as rejected_values
    from {{ ref('stg_rejects') }}
    group by connection
)

select
    connections.connection,
    connections.crm,
    connections.state,
    connections.judged_at,
    connections.last_good_at,
    cast({{ seconds_between('connections.last_good_at', 'settings.as_of') }} / 3600 as decimal(18, 2))
        as hours_since_good,
    connections.rows_ours,
    connections.rows_theirs,
    connections.rows_ours - connections.rows_theirs as rows_difference,
    coalesce(deals.deals, 0) as deals,
    cast(coalesce(deals.judged_deals, 0) as bigint) as judged_deals,
    cast(coalesce(deals.unmapped_deals, 0) as bigint) as unmapped_deals,
    coalesce(rejects.rejected_values, 0) as rejected_values,
    connections.history_differs,
    connections.notes,
    connections.error,
    connections.default_currency,
    connections.watermark,
    connections.requests,
    connections.bytes,
    connections.rows_per_second,
    settings.night_id,
    settings.as_of
from {{ source('reference', 'connections') }} as connections
cross join {{ source('reference', 'settings') }} as settings
left join deals
    on connections.connection = deals.connection
left join rejects
    on connections.connection = rejects.connection
