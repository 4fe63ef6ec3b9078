with states as (

    select
        *,
        cast(date_trunc('month', close_date) as date) as month_start,
        {{ fiscal_quarter_start('close_date', 'fiscal_year_start_month') }} as fiscal_quarter_start
    from {{ ref('int_pipeline_states') }}
    where status = 'open' and close_date is not null

),

final as (

    {% for grain in ['month', 'fiscal_quarter'] %}
        select
            connection,
            crm,
            deal_key,
            deal_type,
            owner_key,
            amount_home,
            day,
            next_day,
            '{{ grain }}' as period_grain,
            {{ grain }}_start as period_start,
            {{ period_end("'" ~ grain ~ "'", grain ~ '_start') }} as period_end,
            as_of
        from states

        {{ 'union all' if not loop.last }}

    {% endfor %}

)

select * from final
