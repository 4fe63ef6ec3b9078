with deals as (

    select * from {{ ref('int_pipeline_deals') }}
    where is_open

),

final as (

    select
        {{ surrogate_key([
            'as_of', "'weighted_pipeline'", 'connection', 'deal_type', 'stage_key', 'owner_key', 'team',
            "date_trunc('month', close_date)",
        ]) }} as forecast_id,
        'weighted_pipeline' as method,
        connection,
        crm,
        deal_type,
        stage_key,
        owner_key,
        team,
        cast(date_trunc('month', close_date) as date) as close_month,
        cast(count(*) as integer) as open_deals,
        cast(sum(amount_home) as decimal(18, 2)) as amount_home,
        cast(
            sum(cast(amount_home * cast(probability as decimal(9, 6)) as decimal(18, 2))) as decimal(18, 2)
        ) as weighted_amount,
        as_of,
        night_id
    from deals
    group by
        connection, crm, deal_type, stage_key, owner_key, team, date_trunc('month', close_date), as_of, night_id

)

select * from final
