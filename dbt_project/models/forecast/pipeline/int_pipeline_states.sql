with lives as (

    select * from {{ ref('int_pipeline_lives') }}

),

known as (

    select * from {{ ref('int_pipeline_values') }}

),

owners as (

    select
        connection,
        owner_id,
        max(owner_key) as owner_key
    from {{ ref('int_owners') }}
    group by connection, owner_id

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

days as (

    select distinct
        deal_key,
        from_day as day
    from known

),

whole as (

    select
        {% for field in ['status', 'amount', 'close_date', 'owner'] %}
            max(case when known.field = '{{ field }}' then known.value end) as told_{{ field }},
        {% endfor %}
        days.deal_key,
        days.day
    from days
    inner join known
        on days.deal_key = known.deal_key and days.day >= known.from_day and days.day < known.to_day
    group by days.deal_key, days.day

),

-- one rate for all days, tonight's: else the pipeline would move with the currencies
final as (

    select
        lives.connection,
        lives.crm,
        lives.deal_key,
        lives.deal_type,
        whole.day,
        lead(whole.day, 1, cast('9999-12-31' as date)) over in_order as next_day,
        whole.told_status as status,
        cast(
            coalesce(
                case
                    when lives.currency = settings.home_currency then {{ to_money('whole.told_amount') }}
                    else {{ times(to_money('whole.told_amount'), 'rates.rate_to_home') }}
                end, 0
            ) as decimal(18, 2)
        ) as amount_home,
        {{ to_day('whole.told_close_date') }} as close_date,
        coalesce(owners.owner_key, lives.connection || ':' || nullif(trim(whole.told_owner), '')) as owner_key,
        lives.judged_day,
        settings.fiscal_year_start_month,
        settings.as_of
    from whole
    inner join lives on whole.deal_key = lives.deal_key
    cross join settings
    left join owners on lives.connection = owners.connection and whole.told_owner = owners.owner_id
    left join rates
        on
            lives.currency = rates.currency
            and {{ local_date('settings.as_of', 'settings.time_zone') }} >= rates.valid_from
            and (
                rates.valid_to is null
                or {{ local_date('settings.as_of', 'settings.time_zone') }} < rates.valid_to
            )
    window in_order as (partition by whole.deal_key order by whole.day)

)

select * from final
