with deals as (

    select * from {{ ref('int_pipeline_deals') }}
    where is_open

),

forecasts as (

    select * from {{ ref('fct_period_forecasts') }}

),

weighted as (

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
            sum({{ times('amount_home', 'cast(probability as decimal(9, 6))') }}) as decimal(18, 2)
        ) as weighted_amount,
        as_of,
        night_id
    from deals
    group by
        connection, crm, deal_type, stage_key, owner_key, team, date_trunc('month', close_date), as_of, night_id

),

-- the numbers that people are told; they are kept as they are, because no later night can work them out again
final as (

    select
        forecast_id,
        method,
        'detail' as level,
        cast(null as {{ dbt.type_string() }}) as level_id,
        connection,
        crm,
        deal_type,
        stage_key,
        owner_key,
        team,
        'month' as period_grain,
        close_month as period_start,
        close_month,
        open_deals,
        amount_home,
        weighted_amount,
        {% for column in [
            'booked_to_date', 'expected_open', 'expected_new', 'expected_total', 'p10', 'p90', 'run_rate',
        ] %}
            cast(null as decimal(18, 2)) as {{ column }},
        {% endfor %}
        cast(null as {{ dbt.type_string() }}) as mode,
        cast(null as {{ dbt.type_string() }}) as quality_flag,
        as_of,
        night_id
    from weighted

    union all

    select
        {{ surrogate_key([
            'as_of', "'plumbline'", 'deal_type', 'level', 'level_id', 'period_grain', 'period_start'
        ]) }} as forecast_id,
        'plumbline' as method,
        level,
        level_id,
        {% for column in ['connection', 'crm'] %}
            cast(null as {{ dbt.type_string() }}) as {{ column }},
        {% endfor %}
        deal_type,
        cast(null as {{ dbt.type_string() }}) as stage_key,
        case when level = 'owner' then nullif(level_id, '') end as owner_key,
        case when level = 'team' then nullif(level_id, '') end as team,
        period_grain,
        period_start,
        cast(null as date) as close_month,
        open_deals,
        cast(null as decimal(18, 2)) as amount_home,
        weighted_pipeline as weighted_amount,
        booked_to_date,
        expected_open,
        expected_new,
        expected_total,
        p10,
        p90,
        run_rate,
        mode,
        quality_flag,
        as_of,
        night_id
    from forecasts

)

select * from final
